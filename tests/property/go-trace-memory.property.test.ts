/** Memory and time of reading are bound by the size of the file, whatever is in it. */
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
const freeBytes = 96_000_000;
const bytesPerByte = 12;
/** On a machine that does nothing else it is two seconds. */
const maxMs = 40_000;

describe('a trace that is nothing but', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trace-hostile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.entries(hostileTraces))(
    '%s ends in time and memory',
    (_name, [fill, entry]) => {
      const path = join(folder, 'hostile.trace');
      writeFileSync(path, fill(sizeBytes, entry));
      const { grownBytes, tookMs, problems } = JSON.parse(
        execFileSync(process.execPath, [measure, path], { encoding: 'utf8', timeout: 2 * maxMs }),
      );
      expect(grownBytes).toBeLessThan(freeBytes + bytesPerByte * sizeBytes);
      expect(tookMs).toBeLessThan(maxMs);
      for (const { offset } of problems) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(sizeBytes + 200_000);
      }
    },
    120_000,
  );
});
