import { describe, expect, it } from 'vitest';
import { AllocTypeTable } from '../../../../../src-main/parsers/go-trace/binary/alloc-experiment.ts';
import { BatchReader } from '../../../../../src-main/parsers/go-trace/binary/batch-reader.ts';
import {
  cursorArgsAt,
  cursorBroken,
  cursorEvent,
  cursorOffsetAt,
  cursorTimeAt,
  cursorWidth,
  EventCursors,
} from '../../../../../src-main/parsers/go-trace/binary/event-cursors.ts';
import { Generation } from '../../../../../src-main/parsers/go-trace/binary/generation.ts';
import { StackTable } from '../../../../../src-main/parsers/go-trace/binary/stack-table.ts';
import { StringTable } from '../../../../../src-main/parsers/go-trace/binary/string-table.ts';
import { Ev, eventName } from '../../../../../src-main/parsers/go-trace/events/event-table.ts';
import { formatVersions, type V2Rules } from '../../../../../src-main/parsers/go-trace/format-version.ts';
import { GenerationBuilder, varints } from '../trace-builder.ts';

/** Takes the batches that `write` makes into a generation. */
function generation(version: number, write: (g: GenerationBuilder) => void) {
  const builder = new GenerationBuilder(1, version);
  write(builder);
  const tables = { strings: new StringTable(), stacks: new StackTable(), types: new AllocTypeTable() };
  const g = new Generation(formatVersions.get(version) as V2Rules, tables);
  const reader = new BatchReader(0);
  reader.push(Uint8Array.from(builder.out));
  reader.close();
  while (reader.next() === 'batch') {
    const problem = g.add(reader);
    if (problem !== undefined) return { g, tables, problem };
  }
  return { g, tables, problem: g.finish() };
}

/** The events of each thread as `name time args @offset`. */
function events(g: Generation): string[] {
  const cursors = new EventCursors(g);
  cursors.open(0);
  const lines: string[] = [];
  for (let i = 0; i < g.threads; i++) {
    for (;;) {
      const found = cursors.next(i);
      if (found === cursorBroken) lines.push(`${cursors.problem?.code} @${cursors.problem?.offset}`);
      if (found !== cursorEvent) break;
      const at = i * cursorWidth;
      const args = cursors.num.slice(at + cursorArgsAt, at + cursorArgsAt + 2);
      lines.push(
        `${g.threadId[i]} ${eventName(cursors.code[i])} ${cursors.num[at + cursorTimeAt]} ${args} @${cursors.num[at + cursorOffsetAt]}`,
      );
    }
  }
  return lines;
}

describe('Generation', () => {
  it('interns strings and stacks under the ids of the file, wherever their batches stand', () => {
    const { g, tables, problem } = generation(22, (b) =>
      b
        .stacks({ 4: [[0x1000, 2, 3, 10]], 5: [] })
        .clock()
        .strings({ 2: 'main.main', 3: 'main.go' }),
    );
    expect(problem).toBeUndefined();
    expect(tables.strings.text(g.strings.get(2))).toBe('main.main');
    expect(tables.stacks.depthOf(g.stacks.get(4))).toBe(1);
    expect(g.stacks.get(5)).toBe(0);
    expect(g.stacks.get(6)).toBe(-1);
  });

  it('converts batch times and deltas apart, as the reference does', () => {
    const { g } = generation(22, (b) =>
      b.clock(3).batch(8, 1, ['HeapAlloc', 1, 7], ['HeapAlloc', 1, 300]).batch(8, 10, ['ProcStop', 0]),
    );
    // A third of a second a tick: each step is cut to whole nanoseconds.
    expect(events(g)).toEqual([
      '8 HeapAlloc 666666666 7,0 @21',
      '8 HeapAlloc 999999999 300,0 @24',
      '8 ProcStop 3333333333 300,0 @33',
    ]);
  });

  it('keeps the batches of threads apart and in order', () => {
    const { g } = generation(22, (b) =>
      b.clock().batch(2, 1, ['ProcStop', 0]).batch(1, 2, ['ProcStop', 0]).batch(2, 3, ['ProcStop', 0]),
    );
    expect(events(g).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      '2 ProcStop 1',
      '2 ProcStop 3',
      '1 ProcStop 2',
    ]);
    expect(g.minTicks).toBe(0);
  });

  it('says where an event is unknown, cut or has a number too long', () => {
    const broken = (payload: readonly number[]) => events(generation(22, (b) => b.clock().raw(1, 0, payload)).g).at(-1);
    const at = generation(22, (b) => b.clock().raw(1, 0, [])).g.endOffset;
    expect(broken([200, 0])).toBe(`go_trace/event_unknown @${at}`);
    expect(broken([Ev.String, 0])).toBe(`go_trace/event_unknown @${at}`);
    expect(broken([Ev.ProcStop, 0, Ev.HeapAlloc, 1])).toBe(`go_trace/event_truncated @${at + 2}`);
    expect(broken([Ev.HeapAlloc, 0, ...new Array(12).fill(0x80)])).toBe(`go_trace/event_truncated @${at}`);
    expect(broken([Ev.HeapAlloc])).toBe(`go_trace/event_truncated @${at}`);
  });

  it.each([
    ['a clock that is missing', 22, (b: GenerationBuilder) => b.batch(1, 1, ['ProcStop', 0]), 'go_trace/clock_missing'],
    [
      'a wall clock that is missing',
      25,
      (b: GenerationBuilder) => b.raw(-1, 0, [Ev.Sync, Ev.Frequency, 1]),
      'go_trace/clock_missing',
    ],
    ['two clocks', 22, (b: GenerationBuilder) => b.clock().clock(), 'go_trace/clock_repeated'],
    ['a frequency of 0', 22, (b: GenerationBuilder) => b.clock(0), 'go_trace/clock_missing'],
    [
      'a string twice',
      22,
      (b: GenerationBuilder) => b.clock().strings({ 1: 'a' }).strings({ 1: 'a' }),
      'go_trace/id_repeated',
    ],
    [
      'a stack twice',
      22,
      (b: GenerationBuilder) => b.clock().stacks({ 1: [] }).stacks({ 1: [] }),
      'go_trace/id_repeated',
    ],
    [
      'a string over 1024 bytes',
      22,
      (b: GenerationBuilder) => b.strings({ 1: 'x'.repeat(1025) }),
      'go_trace/string_too_long',
    ],
    [
      'a string past its batch',
      22,
      (b: GenerationBuilder) => b.raw(-1, 0, [Ev.Strings, Ev.String, 1, 9, 65]),
      'go_trace/section_truncated',
    ],
    [
      'a stack of a frame too many',
      22,
      (b: GenerationBuilder) => b.clock().raw(-1, 0, [Ev.Stacks, Ev.Stack, ...varints(1, 129)]),
      'go_trace/stack_too_deep',
    ],
    [
      'a stack of 2^40 frames',
      22,
      (b: GenerationBuilder) => b.clock().raw(-1, 0, [Ev.Stacks, Ev.Stack, ...varints(1, 2 ** 40)]),
      'go_trace/stack_too_deep',
    ],
    [
      'a frame whose function has no name',
      22,
      (b: GenerationBuilder) => b.clock().stacks({ 1: [[1, 9, 0, 0]] }),
      'go_trace/string_missing',
    ],
    [
      'a stack among strings',
      22,
      (b: GenerationBuilder) => b.raw(-1, 0, [Ev.Strings, Ev.Stack]),
      'go_trace/section_unexpected',
    ],
    [
      'a sample that is cut',
      22,
      (b: GenerationBuilder) => b.raw(-1, 0, [Ev.CPUSamples, Ev.CPUSample, 1, 1]),
      'go_trace/section_truncated',
    ],
    [
      'a clock snapshot before 1.25',
      23,
      (b: GenerationBuilder) => b.raw(-1, 0, [Ev.Frequency, 1, Ev.ClockSnapshot, 0, 0, 0, 0]),
      'go_trace/section_unexpected',
    ],
  ])('refuses %s', (_name, version, write, code) => {
    expect(generation(version, (b) => void write(b)).problem?.code).toBe(code);
  });

  it('reads types and units of the AllocFree experiment, and goes on where they are damaged', () => {
    const good = generation(23, (b) => b.clock().allocInfo(0xc000000000).types([7, 0x5000, 24, 16, 'main.node']));
    expect(good.g.allocInfo).toEqual({
      minHeapAddress: 0xc000000000n,
      pageBytes: 8192,
      objectAlignBytes: 8,
      stackAlignBytes: 2048,
    });
    expect(good.g.types.get(7)).toBe(1);
    const types = good.tables.types.takeNew();
    expect([types?.address[0], types?.sizeBytes[0], types?.pointerBytes[0]]).toEqual([0x5000, 24, 16]);
    const bad = generation(23, (b) =>
      b.clock().experiment(1, [0, 1, 2]).experiment(1, [1, 5]).experiment(9, [1, 2, 3]),
    );
    expect(bad.problem).toBeUndefined();
    expect(bad.g.remarks.map((r) => r.code)).toEqual(['go_trace/alloc_types_damaged', 'go_trace/alloc_info_damaged']);
  });
});
