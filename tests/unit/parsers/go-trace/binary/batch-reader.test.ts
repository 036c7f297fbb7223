import { describe, expect, it } from 'vitest';
import { BatchReader, maxBatchBytes } from '../../../../../src-main/parsers/go-trace/binary/batch-reader.ts';
import { Ev } from '../../../../../src-main/parsers/go-trace/events/event-table.ts';
import { GenerationBuilder, varints } from '../trace-builder.ts';

/** Every batch as `generation thread time experiment offset: payload`, in pieces of `pieceBytes`. */
function batches(bytes: readonly number[], pieceBytes: number): string[] {
  const reader = new BatchReader(16);
  const lines: string[] = [];
  const drain = () => {
    for (;;) {
      const found = reader.next();
      if (found === 'more') return;
      if (found !== 'batch') {
        lines.push(found === 'broken' ? `${reader.problem?.code} @${reader.problem?.offset}` : found);
        if (found !== 'end_of_generation') return;
        continue;
      }
      const payload = reader.window.slice(reader.payloadStart, reader.payloadStart + reader.payloadLength);
      lines.push(
        `${reader.generation} ${reader.thread} ${reader.time} ${reader.experiment} @${reader.payloadOffset}: ${payload}`,
      );
    }
  };
  for (let i = 0; i < bytes.length; i += pieceBytes) {
    reader.push(Uint8Array.from(bytes.slice(i, i + pieceBytes)));
    drain();
    if (lines.at(-1)?.startsWith('go_trace/')) return lines;
  }
  reader.close();
  drain();
  return lines;
}

const sample = [
  ...new GenerationBuilder(3, 26).raw(-1, 5, [9, 8, 7]).experiment(1, [1]).raw(77, 300, []).out,
  Ev.EndOfGeneration,
];

describe('BatchReader', () => {
  it('finds batches with their place, whatever the pieces', () => {
    const want = ['3 -1 5 0 @30: 9,8,7', '3 -1 0 1 @48: 1', '3 77 300 0 @55: ', 'end_of_generation', 'end'];
    for (const pieceBytes of [1, 2, 5, 1000]) expect(batches(sample, pieceBytes)).toEqual(want);
  });

  it('says where a batch breaks off', () => {
    for (let length = 1; length < 17; length++) {
      expect(batches(sample.slice(0, length), 4)).toEqual(['go_trace/batch_truncated @16']);
    }
    expect(batches(sample.slice(0, 17), 4).at(-1)).toBe('end');
  });

  it('refuses a size beyond the format before it takes memory for it', () => {
    const bytes = [Ev.EventBatch, ...varints(1, 1, 1, maxBatchBytes + 1)];
    expect(batches(bytes, 1000)).toEqual(['go_trace/batch_too_large @16']);
    expect(batches([Ev.EventBatch, ...varints(1, 1, 1, 2n ** 63n)], 1000)).toEqual(['go_trace/batch_too_large @16']);
  });

  it('refuses what is no batch and a number of more than ten bytes', () => {
    expect(batches([...sample.slice(0, 17), 99], 1000).at(-1)).toBe('go_trace/batch_unexpected @33');
    expect(batches([Ev.EventBatch, ...new Array(11).fill(0x80)], 3)).toEqual(['go_trace/varint_malformed @16']);
  });

  it('keeps its window small however long the trace is', () => {
    const reader = new BatchReader(0);
    const piece = Uint8Array.from(new GenerationBuilder(1, 26).raw(1, 1, new Array(60_000).fill(1)).out);
    for (let i = 0; i < 200; i++) {
      reader.push(piece);
      expect(reader.next()).toBe('batch');
    }
    expect(reader.window.length).toBeLessThan(4 * maxBatchBytes);
    expect(reader.offset).toBe(200 * piece.length);
  });
});
