/** Logs for the benchmarks, made from a fixed seed: what a Go service with gctrace on writes, with a few lines of its own between. */
import { closeSync, openSync, writeSync } from 'node:fs';

const blockBytes = 4 * 2 ** 20;

/** Numbers of a fixed sequence (a linear congruential generator of 32 bits). */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) % 2 ** 32;
    return (state < 0 ? state + 2 ** 32 : state) / 2 ** 32;
  };
}

/** Writes a gctrace log of about `bytes` and returns its lines. One line in `everyNth` is the program's own; 0 for none. */
export function writeGctraceLog(path: string, bytes: number, everyNth: number): number {
  const random = sequence(11);
  const file = openSync(path, 'w');
  let lines = 0;
  let written = 0;
  let seconds = 0;
  let cycle = 0;
  try {
    while (written < bytes) {
      let text = '';
      while (text.length < blockBytes && written + text.length < bytes) {
        lines++;
        seconds += 0.05 + random() * 0.2;
        if (everyNth > 0 && lines % everyNth === 0) {
          text += `2026/11/03 09:12:44 worker ${lines % 16}: batch of ${Math.trunc(random() * 1000)} stored\n`;
          continue;
        }
        cycle++;
        const live = 100 + Math.trunc(random() * 50);
        const clock = `${(random() * 0.2).toFixed(3)}+${(1 + random() * 9).toFixed(1)}+${(random() * 0.1).toFixed(3)}`;
        text += `gc ${cycle} @${seconds.toFixed(3)}s ${1 + (cycle % 9)}%: ${clock} ms clock, 0.20+0.72/${(random() * 5).toFixed(2)}/0.023+0.094 ms cpu, ${live}->${live + 7}->${live - 9} MB, ${2 * live} MB goal, 0 MB stacks, 1 MB globals, 8 P\n`;
      }
      written += writeSync(file, text);
    }
  } finally {
    closeSync(file);
  }
  return lines;
}
