/**
 * A trace as evidence: what the parser of the registry says of the stored traces beside what else is known of them: MemStats at their marks, the
 * wall clock of their recording, and the states of goroutines that must add up.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FrameChunk } from '../../../src-main/parsers/frame-builder.ts';
import { readBytes } from '../read-fixture.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'go-trace');

async function read(name: string, cut?: number) {
  const bytes = readFileSync(join(fixtures, `${name}.trace`));
  const { messages, kind } = await readBytes(bytes.subarray(0, cut), 'unknown');
  const chunks = messages.flatMap((m) => (m.kind === 'chunk' ? [m.chunk] : []));
  const report = messages.find((m) => m.kind === 'reading');
  return { kind, messages, chunks, counts: report?.kind === 'reading' ? report.report.counts : {} };
}

/** Points of a metric: time since the start of the trace and value. */
function points(chunks: readonly FrameChunk[], metric: string): { t: number; v: number }[] {
  return chunks.flatMap((chunk) => {
    const column = chunk.columns.findIndex((c) => c.metric === metric);
    const values = column < 0 ? [] : Array.from(chunk.values[column]);
    return values.flatMap((v, i) => (Number.isNaN(v) ? [] : [{ t: Number(chunk.originNs) + chunk.t[i], v }]));
  });
}

interface Mark {
  readonly Label: string;
  readonly HeapAlloc: number;
}

describe('a trace as evidence', () => {
  it.each(['go1.23-allocfree', 'go1.24-allocfree', 'go1.25-allocfree', 'go1.26-allocfree'])(
    'has a replayed HeapAlloc that passes through MemStats of the process: %s',
    async (name) => {
      const { chunks, counts, kind } = await read(name);
      expect(kind).toBe('go-trace');
      expect(Number(counts.replay_misfits)).toBeLessThan(Number(counts.alloc_free_events) / 1_000);
      const marks: readonly Mark[] = JSON.parse(readFileSync(join(fixtures, `${name}.marks.json`), 'utf8'));
      const seen = points(chunks, 'replay_heap_alloc_bytes');
      const peak = Math.max(...seen.map(({ v }) => v));
      const lowest = Math.min(...seen.map(({ v }) => v));
      for (const { Label, HeapAlloc } of marks) {
        expect(HeapAlloc, Label).toBeLessThanOrEqual(peak);
        expect(HeapAlloc, Label).toBeGreaterThanOrEqual(lowest);
      }
      expect(seen.every((p, i) => i === 0 || p.t >= seen[i - 1].t)).toBe(true);
    },
  );

  it('tells the wall clock from Go 1.25 on, and nothing of it before', async () => {
    const anchors = async (name: string) =>
      (await read(name)).messages.flatMap((m) => (m.kind === 'anchor' ? [m.anchor] : []));
    const [anchor] = await anchors('go1.26-allocfree');
    expect(anchor).toMatchObject({ clock: { domain: 'trace' }, basis: 'time_in_file' });
    const year = new Date(Number(anchor.loNs / 1_000_000n)).getUTCFullYear();
    expect(year).toBe(2026);
    expect(Number(anchor.hiNs - anchor.loNs)).toBeLessThan(5e6);
    expect(await anchors('go1.24-allocfree')).toEqual([]);
  });

  it('counts as many goroutines in all states as are alive at the end', async () => {
    const { chunks, messages } = await read('go1.26-program');
    const last = (state: string) => points(chunks, `trace_goroutines_${state}`).at(-1)?.v ?? 0;
    const shown = ['running', 'runnable', 'waiting', 'syscall'].map(last).reduce((a, b) => a + b, 0);
    let begun = 0;
    let ended = 0;
    for (const m of messages) {
      if (m.kind !== 'reading') continue;
      begun = Number(m.report.counts.goroutines);
      ended = Number(m.report.counts['event GoDestroy'] ?? 0) + Number(m.report.counts['event GoDestroySyscall'] ?? 0);
    }
    expect(shown).toBe(begun - ended);
  });

  it('says at which byte a cut trace ends, and keeps what came before', async () => {
    const whole = await read('go1.26-allocfree');
    const size = readFileSync(join(fixtures, 'go1.26-allocfree.trace')).length;
    const cut = await read('go1.26-allocfree', Math.floor(size * 0.9));
    const truncated = cut.messages.filter((m) => m.kind === 'truncated');
    expect(truncated).toHaveLength(1);
    const warnings = cut.messages.flatMap((m) => (m.kind === 'warning' ? [m.warning] : []));
    expect(warnings.every((w) => w.at !== undefined && 'offset' in w.at)).toBe(true);
    const all = Number(cut.counts.events) + Number(cut.counts.salvaged_events ?? 0);
    expect(all).toBeGreaterThan(Number(whole.counts.events) * 0.5);
  });

  it('replays nothing from a window of the flight recorder', async () => {
    const { chunks } = await read('go1.26-flight');
    expect(points(chunks, 'replay_heap_alloc_bytes')).toEqual([]);
    expect(points(chunks, 'trace_heap_live_bytes').length).toBeGreaterThan(0);
  });
});
