/** Memory of reading is bound by the size of the file, whatever is in it, and reading ends. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileTraces } from './go-trace/hostile-traces.ts';

const measure = fileURLToPath(new URL('go-trace/measure.ts', import.meta.url));
const sizeBytes = 8_000_000;
/** What any reading may take (buffers, garbage, compiled code), and what each byte may cost. Beyond, `limits.ts` bounds it. */
const freeBytes = 120_000_000;
const bytesPerByte = 8;
/** Objects that are kept may take no more; garbage is collected at once, so that what is measured does not hang on how busy the machine is. */
const tightHeap = ['--max-old-space-size=96', '--single-threaded-gc'];
/** What ends, ends in seconds; this tells a hang from a busy machine. */
const hangMs = 100_000;

describe('a trace that is nothing but', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trace-hostile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.entries(hostileTraces))(
    '%s ends within its memory',
    (_name, [fill, entry]) => {
      const path = join(folder, 'hostile.trace');
      writeFileSync(path, fill(sizeBytes, entry));
      const { grownBytes, problems } = JSON.parse(
        execFileSync(process.execPath, [...tightHeap, measure, path], { encoding: 'utf8', timeout: hangMs }),
      );
      expect(grownBytes).toBeLessThan(freeBytes + bytesPerByte * sizeBytes);
      for (const { offset } of problems) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(sizeBytes + 200_000);
      }
    },
    120_000,
  );
});
