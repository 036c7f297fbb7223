/** What is asked of a what-if, as it stands in the address and in the fields: `gogc=200,mem=512,procs=4,madv=0,go=26`; `mem` in MiB. */
import type { CallArgs } from '../../../src-main/api/contract/calls.ts';

export type Ask = CallArgs<'whatif.ask'>['ask'];

const MiB = 2 ** 20;
/** As large as a memory limit in bytes stays exact. */
export const mostMiB = 2 ** 32;

export const askNames = ['gogc', 'mem', 'procs', 'madv', 'go'] as const;
export type AskName = (typeof askNames)[number];

/** Digits, or for GOGC `off`; absent: as recorded. */
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
  if (name === 'gogc' && value === 'off') return true;
  if (!/^\d{1,10}$/.test(value)) return false;
  const n = Number(value);
  switch (name) {
    case 'gogc':
      return n >= 1 && n <= 100_000;
    case 'mem':
      return n >= 1 && n <= mostMiB;
    case 'procs':
      return n >= 1 && n <= 4_096;
    case 'madv':
      return n <= 1;
    case 'go':
      return n >= 19 && n <= 26;
  }
}

export function toAsk(fields: AskFields): Ask {
  const { gogc, mem, procs, madv, go } = fields;
  return {
    ...(gogc === undefined ? {} : { gogc: gogc === 'off' ? -1 : Number(gogc) }),
    ...(mem === undefined ? {} : { memoryLimitBytes: Number(mem) * MiB }),
    ...(procs === undefined ? {} : { procs: Number(procs) }),
    ...(madv === undefined ? {} : { madvdontneed: madv === '1' }),
    ...(go === undefined ? {} : { goMinor: Number(go) }),
  };
}
