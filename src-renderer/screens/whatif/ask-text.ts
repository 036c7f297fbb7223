/**
 * What is asked of a what-if, as it stands in the address and in the fields: `gogc=200,mem=512,procs=4,madv=0,go=26,cont=1024,load=1.5,live=1`; `mem` and `cont`
 * (the container limit) in MiB, `load` times the recorded allocation rate, `live=1`: the live heap grows with it.
 */
import type { CallArgs } from '../../../src-main/api/contract/calls.ts';
import type { WhatIfDocument } from '../../../src-main/api/contract/documents.ts';

export type Ask = CallArgs<'whatif.ask'>['ask'];

const MiB = 2 ** 20;
/** As large as a memory limit in bytes stays exact. */
export const mostMiB = 2 ** 32;

export const askNames = ['gogc', 'mem', 'procs', 'madv', 'go', 'cont', 'load', 'live'] as const;
export type AskName = (typeof askNames)[number];

/** Digits, for GOGC and the memory limit `off` too, for the load with decimals; absent: as recorded. */
export type AskFields = Readonly<Partial<Record<AskName, string>>>;

export function readAsk(text: string): AskFields {
  const out: Partial<Record<AskName, string>> = {};
  for (const part of text.split(',')) {
    const [name, value] = part.split('=');
    const known = askNames.find((n) => n === name);
    if (known && value !== undefined && isFit(known, value)) out[known] = value;
  }
  return out;
}

export function askText(fields: AskFields): string {
  return askNames.flatMap((name) => (fields[name] ? [`${name}=${fields[name]}`] : [])).join(',');
}

/** Whether a field can be asked; what cannot is shown as wrong and not asked. */
export function isFit(name: AskName, value: string): boolean {
  if ((name === 'gogc' || name === 'mem') && value === 'off') return true;
  if (!(name === 'load' ? /^\d{1,3}(?:\.\d{1,6})?$/ : /^\d{1,10}$/).test(value)) return false;
  const n = Number(value);
  switch (name) {
    case 'gogc':
      return n >= 1 && n <= 100_000;
    case 'mem':
    case 'cont':
      return n >= 1 && n <= mostMiB;
    case 'procs':
      return n >= 1 && n <= 4_096;
    case 'madv':
    case 'live':
      return n <= 1;
    case 'load':
      return n >= 0.01 && n <= 100;
    case 'go':
      return n >= 19 && n <= 26;
  }
}

export function toAsk(fields: AskFields): Ask {
  const { gogc, mem, procs, madv, go, cont, load, live } = fields;
  return {
    ...(gogc === undefined ? {} : { gogc: gogc === 'off' ? -1 : Number(gogc) }),
    ...(mem === undefined ? {} : { memoryLimitBytes: mem === 'off' ? -1 : Number(mem) * MiB }),
    ...(procs === undefined ? {} : { procs: Number(procs) }),
    ...(madv === undefined ? {} : { madvdontneed: madv === '1' }),
    ...(go === undefined ? {} : { goMinor: Number(go) }),
    ...(cont === undefined ? {} : { containerLimitBytes: Number(cont) * MiB }),
    ...(load === undefined ? {} : { scale: Number(load), isLiveScaled: live === '1' }),
  };
}

/** A preset of the service as fields: only what settings can say. */
export function fieldsOf({ gogc, memlimit, madvdontneed }: WhatIfDocument['presets'][number]): AskFields {
  return {
    ...(gogc === null ? {} : { gogc: String(gogc) }),
    ...(memlimit === null ? {} : { mem: memlimit === 'off' ? 'off' : String(Math.round(Number(memlimit) / MiB)) }),
    ...(madvdontneed === null ? {} : { madv: String(madvdontneed) }),
  };
}

/** Fields as the runtime's variables are written: `GOMEMLIMIT=512MiB`. */
export function settingText({ gogc, mem, madv }: AskFields): string {
  const parts = [
    ...(gogc === undefined ? [] : [`GOGC=${gogc}`]),
    ...(mem === undefined ? [] : [`GOMEMLIMIT=${mem === 'off' ? mem : `${mem}MiB`}`]),
    ...(madv === undefined ? [] : [`madvdontneed=${madv}`]),
  ];
  return parts.join(' ');
}
