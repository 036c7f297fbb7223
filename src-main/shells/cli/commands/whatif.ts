import type { WhatIfAsk } from '../../../analysis/what-if/what-if.ts';
import type { WhatIfDocument } from '../../../api/contract/documents.ts';
import { formatBytes } from '../../../api/contract/format.ts';
import { NO_MEMORY_LIMIT, whatIfOf } from '../../../api/what-if.ts';
import { type Command, exit, isSet, text, UsageError, type Values, wholeNumber } from '../command.ts';
import { goMinorOf } from '../go-minor.ts';

export const whatifCommand: Command = {
  name: 'whatif',
  usage:
    'whatif BUNDLE [--gogc N|off] [--memlimit BYTES|off] [--procs N] [--madvdontneed 0|1] [--go 1.26] [--limit BYTES] [--scale K] [--scale-live 0|1] [--json]',
  options: {
    gogc: { type: 'string' },
    memlimit: { type: 'string' },
    procs: { type: 'string' },
    madvdontneed: { type: 'string' },
    go: { type: 'string' },
    limit: { type: 'string' },
    scale: { type: 'string' },
    'scale-live': { type: 'string' },
  },
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('whatif needs a bundle');
    const ask = askOf(values);
    const session = await service.open({ inputs: args, signal });
    try {
      const answer = whatIfOf(session, ask, 'en');
      if (isSet(values, 'json')) await terminal.json(answer);
      else await terminal.write(describe(answer));
      return answer.refused === null ? exit.done : exit.doneWithLosses;
    } finally {
      session.close();
    }
  },
};

function askOf(values: Values): WhatIfAsk {
  const isOff = text(values, 'gogc') === 'off';
  const madvise = wholeNumber(values, 'madvdontneed', 0, 1);
  return {
    gogc: isOff ? -1 : wholeNumber(values, 'gogc', 1, 100_000),
    memoryLimit: text(values, 'memlimit') === 'off' ? NO_MEMORY_LIMIT : bytesOf(values, 'memlimit'),
    procs: wholeNumber(values, 'procs', 1, 4_096),
    madvdontneed: madvise === undefined ? undefined : madvise === 1,
    goMinor: goMinorOf(text(values, 'go')),
    containerLimit: bytesOf(values, 'limit'),
    load: loadOf(values),
  };
}

/** Bytes, or as GOMEMLIMIT writes them: 512MiB. @source runtime/string.go parseByteCount */
function bytesOf(values: Values, name: string): bigint | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  const parts = /^(\d{1,18})(B|KiB|MiB|GiB|TiB)?$/.exec(value);
  if (!parts) throw new UsageError(`--${name} takes bytes, or a number with KiB, MiB, GiB or TiB`);
  const power = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(parts[2] ?? 'B');
  const bytes = BigInt(parts[1] as string) * 1024n ** BigInt(power);
  if (bytes === 0n || bytes >= 2n ** 63n) throw new UsageError(`--${name} is out of range`);
  return bytes;
}

function loadOf(values: Values): WhatIfAsk['load'] {
  const scale = text(values, 'scale');
  const isLiveScaled = wholeNumber(values, 'scale-live', 0, 1) === 1;
  if (scale === undefined) {
    if (isLiveScaled) throw new UsageError('--scale-live says what --scale does to the live heap: give --scale too');
    return undefined;
  }
  const k = Number(scale);
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(scale) || k < leastScale || k > mostScale)
    throw new UsageError(`--scale takes a number from ${leastScale} to ${mostScale}`);
  return { k, isLiveScaled };
}

const leastScale = 0.01;
const mostScale = 100;

function describe(answer: WhatIfDocument): string {
  const lines: string[] = [];
  const { baseline, predicted } = answer;
  const errors = Object.entries(answer.replay_error).map(([k, e]) => `${k} ${(100 * (e ?? 0)).toFixed(1)} %`);
  if (errors.length > 0) lines.push(`replay error     ${errors.join(', ')}`);
  if (answer.refused !== null) lines.push(`refused: ${answer.refused}`);
  if (predicted) {
    const row = (name: string, figure: keyof typeof figures, show: (n: number) => string) => {
      const was = baseline?.[figure];
      const is = predicted[figure];
      const interval = predicted[`${figure}_interval`];
      if (is === null || !interval) return;
      const from = was === null || was === undefined ? 'unknown' : `${show(was)} ${baseline?.basis[figure] ?? ''}`;
      lines.push(
        `${name.padEnd(16)} ${from.padStart(21)} -> ${show(is).padStart(12)} simulated (${show(interval[0])} to ${show(interval[1])})`,
      );
    };
    for (const [figure, { name, show }] of Object.entries(figures)) row(name, figure as keyof typeof figures, show);
    const { killed_at_s: at, killed_at_s_interval: between, killed_share: share } = predicted;
    const when =
      at === null || !between ? '' : ` at ${at.toFixed(1)} s (${between[0].toFixed(1)} to ${between[1].toFixed(1)})`;
    const often = share === null ? '' : `, ${Math.round(100 * share)} % of the runs pass the container limit`;
    lines.push(`outcome          ${predicted.outcome}${when}${often}`);
  }
  lines.push(...answer.notes.map((n) => `note: ${n}`));
  return `${lines.join('\n')}\n`;
}

const figures = {
  gc_cycles: { name: 'GC cycles', show: (n: number) => n.toFixed(0) },
  peak_heap_bytes: { name: 'peak heap', show: (n: number) => formatBytes(n) },
  peak_total_bytes: { name: 'peak total', show: (n: number) => formatBytes(n) },
  peak_rss_bytes: { name: 'peak RSS', show: (n: number) => formatBytes(n) },
  gc_cpu_fraction: { name: 'GC CPU', show: (n: number) => `${(100 * n).toFixed(1)} %` },
  total_pause_s: { name: 'pauses', show: (n: number) => `${(1000 * n).toFixed(1)} ms` },
};
