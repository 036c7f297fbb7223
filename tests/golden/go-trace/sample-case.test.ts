/**
 * The sample case: a real service recorded with GODEBUG=traceallocfree=1 while its /debug/vars were read once a second. At each of those
 * readings that lies inside the trace the replay must have the MemStats that the service gave. SPANSCOPE_SAMPLE_BUNDLE names another folder.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceOf } from './fixtures.ts';
import { asMemStats, captureHeap } from './heap-capture.ts';

const inRepository = fileURLToPath(new URL('../../../resources/sample/bundle', import.meta.url));
const folder = process.env.SPANSCOPE_SAMPLE_BUNDLE ?? inRepository;
const traces = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith('trace-')) : [];
const hasCase = traces.length > 0 && existsSync(`${folder}/vars.jsonl`);
/** How far the time of a reading may lie from the stop of the world in which it was made. */
const maxApartMs = 50;

describe(`the sample case${hasCase ? '' : ` SKIPPED: ${folder} is not here`}`, () => {
  it.skipIf(!hasCase).each(traces)('replays to the MemStats of the service: %s', async (file) => {
    const { replay, stops, wallStartNs } = await captureHeap(sourceOf(`${folder}/${file}`));
    const lines = readFileSync(`${folder}/vars.jsonl`, 'utf8').trim().split('\n');
    const readings: { ts: string; memstats: Record<string, number> }[] = lines.map((line) => JSON.parse(line));
    expect(stops.length).toBeGreaterThanOrEqual(4);
    for (const { endNs } of stops) {
      const wallMs = Number(((wallStartNs ?? 0n) + BigInt(Math.round(endNs))) / 1_000_000n);
      const reading = readings.find(({ ts }) => Math.abs(Date.parse(ts) - wallMs) < maxApartMs);
      const { HeapObjects, HeapAlloc, HeapInuse } = reading?.memstats ?? {};
      const { Live: _, ...replayed } = asMemStats(replay.at(endNs), 0);
      expect(replayed).toEqual({ HeapObjects, HeapAlloc, HeapInuse });
    }
  });
});
