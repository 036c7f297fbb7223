import type { WhatIfAsk } from '../../../analysis/what-if/what-if.ts';
import type { WhatIfDocument } from '../../../api/contract/documents.ts';
import { formatBytes } from '../../../api/contract/format.ts';
import { whatIfOf } from '../../../api/what-if.ts';
import { type Command, exit, isSet, text, UsageError, type Values, wholeNumber } from '../command.ts';
import { goMinorOf } from '../go-minor.ts';

export const whatifCommand: Command = {
  name: 'whatif',
  usage: 'whatif BUNDLE [--gogc N|off] [--memlimit BYTES] [--procs N] [--madvdontneed 0|1] [--go 1.26] [--json]',
  options: {
    gogc: { type: 'string' },
    memlimit: { type: 'string' },
    procs: { type: 'string' },
    madvdontneed: { type: 'string' },
    go: { type: 'string' },
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
    memoryLimit: limitOf(text(values, 'memlimit')),
    procs: wholeNumber(values, 'procs', 1, 4_096),
    madvdontneed: madvise === undefined ? undefined : madvise === 1,
    goMinor: goMinorOf(text(values, 'go')),
  };
}

/** Bytes, or as GOMEMLIMIT writes them: 512MiB. @source runtime/string.go parseByteCount */
function limitOf(value: string | undefined): bigint | undefined {
  if (value === undefined || value === 'off') return undefined;
  const parts = /^(\d{1,18})(B|KiB|MiB|GiB|TiB)?$/.exec(value);
  if (!parts) throw new UsageError('--memlimit takes bytes, or a number with KiB, MiB, GiB or TiB');
  const power = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(parts[2] ?? 'B');
  const bytes = BigInt(parts[1] as string) * 1024n ** BigInt(power);
  if (bytes === 0n || bytes >= 2n ** 63n) throw new UsageError('--memlimit is out of range');
  return bytes;
}

function describe(answer: WhatIfDocument): string {
  const lines: string[] = [];
  const { baseline, predicted } = answer;
  if (answer.refused !== null) lines.push(`refused: ${answer.refused}`);
  if (predicted) {
    const row = (name: string, figure: keyof typeof figures, show: (n: number) => string) => {
      const was = baseline?.[figure];
      const is = predicted[figure];
      const interval = predicted[`${figure}_interval`];
      if (is === null || !interval) return;
      const from = was === null || was === undefined ? 'unknown' : show(was);
      lines.push(
        `${name.padEnd(16)} ${from.padStart(12)} measured -> ${show(is).padStart(12)} simulated (${show(interval[0])} to ${show(interval[1])})`,
      );
    };
    for (const [figure, { name, show }] of Object.entries(figures)) row(name, figure as keyof typeof figures, show);
    lines.push(`outcome          ${predicted.outcome}`);
  }
  const errors = Object.entries(answer.replay_error).map(([k, e]) => `${k} ${(100 * (e ?? 0)).toFixed(1)} %`);
  if (errors.length > 0) lines.push(`replay error     ${errors.join(', ')}`);
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
