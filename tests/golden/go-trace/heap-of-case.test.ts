/** The heap of a case, from its store: against MemStats at the marks of the program, and against following the events one by one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkAllocations } from '../../../src-main/analysis/heap/allocation-walk.ts';
import { HeapHistory } from '../../../src-main/analysis/heap/heap-history.ts';
import { differenceOf, figuresOf, spanColumns } from '../../../src-main/analysis/heap/heap-moment.ts';
import { memStatsMoments } from '../../../src-main/analysis/heap/mem-stats-marks.ts';
import { spanDetail } from '../../../src-main/analysis/heap/span-detail.ts';
import { type CaseSession, Service } from '../../../src-main/api/service.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'go-trace');

interface Mark {
  readonly Label: string;
  readonly HeapObjects: number;
  readonly HeapAlloc: number;
  readonly HeapInuse: number;
  readonly Live: readonly number[];
}

describe.each(['go1.24-allocfree', 'go1.26-allocfree', 'go1.26-large-objects-allocfree'])('the heap of %s', (name) => {
  let service: Service;
  let session: CaseSession;
  let history: HeapHistory;

  beforeAll(async () => {
    service = new Service(1);
    session = await service.open({ inputs: [join(folder, `${name}.trace`)] });
    [history] = HeapHistory.all(session.source);
  });
  afterAll(async () => {
    session.close();
    await service.close();
  });

  it('is MemStats at every mark, in any order of asking', () => {
    const marks: readonly Mark[] = JSON.parse(readFileSync(join(folder, `${name}.marks.json`), 'utf8'));
    const moments = memStatsMoments(history);
    expect(moments.map((m) => m.label)).toEqual(marks.map((m) => m.Label));
    for (const i of [...marks.keys()].reverse()) {
      const state = history.at(moments[i].timeNs);
      const spans = spanColumns(state, history.pageBytes);
      const figures = figuresOf(state, spans, history.pageBytes);
      expect([figures.objects, figures.liveBytes, figures.inuseBytes], marks[i].Label).toEqual([
        marks[i].HeapObjects,
        marks[i].HeapAlloc,
        marks[i].HeapInuse,
      ]);
      const live = marks[i].Live.map((_, sizeClass) =>
        sizeClass === 0
          ? 0
          : figures.classes.filter((c) => c.sizeClass === sizeClass).reduce((sum, c) => sum + c.objects, 0),
      );
      expect(live).toEqual(marks[i].Live);
      for (const c of figures.classes)
        expect(c.liveBytes + c.freeBytes + c.tailBytes, `class ${c.spanClass}`).toBeCloseTo(
          c.pages * history.pageBytes,
          3,
        );
    }
  });

  it('changes by what the walk over the same events counts', () => {
    const from = history.endNs * 0.3;
    const to = history.endNs * 0.9;
    const before = { ...history.at(from).totals };
    const after = { ...history.at(to).totals };
    const report = walkAllocations(history, from, to);
    const tiny = report.allocs - (after.heapObjects - before.heapObjects + report.frees);
    expect(tiny, 'sub-objects in a slot that was taken').toBeGreaterThanOrEqual(0);
    expect(report.allocBytes - report.freedBytes).toBe(after.heapAllocBytes - before.heapAllocBytes);
    expect(report.survivorBytes + report.olderBytes).toBe(after.heapAllocBytes);
    for (const list of [report.byType, report.byGoroutine, report.bySpanClass])
      expect(list.reduce((sum, row) => sum + row.bytes, 0)).toBe(report.allocBytes);
    const ended = report.lifetimes.reduce((a, b) => a + b, 0);
    expect(report.survivors + ended).toBeLessThanOrEqual(report.allocs);
  });

  it('differs from an earlier one by the spans that came and went', () => {
    const before = spanColumns(history.at(history.endNs * 0.2), history.pageBytes);
    const now = spanColumns(history.at(history.endNs), history.pageBytes);
    const { change, vanished } = differenceOf(before, now);
    const appeared = change.filter((c) => c === 1).length;
    expect(before.page.length - vanished.page.length + appeared).toBe(now.page.length);
    expect(differenceOf(now, now).change.every((c) => c === 0)).toBe(true);
  });

  it('has spans whose slots, objects and history agree', () => {
    const time = history.endNs * 0.8;
    const spans = spanColumns(history.at(time), history.pageBytes);
    const picked = [...spans.page.keys()].filter((i) => spans.spanClass[i] >= 0 && spans.live[i] > 0).slice(-40);
    for (const i of picked) {
      const address = history.absolute(spans.page[i] * history.pageBytes);
      const detail = spanDetail(history, time, address);
      expect(detail?.objects).toHaveLength(spans.live[i]);
      const bits = Array.from(detail?.allocBits ?? []).reduce(
        (sum, b) => sum + b.toString(2).replaceAll('0', '').length,
        0,
      );
      expect(bits).toBe(spans.live[i]);
      for (const o of detail?.objects ?? []) {
        expect(o.address >= address).toBe(true);
        if (!o.isBornInTrace) continue;
        const birth = detail?.events.find((e) => e.timeNs === o.bornNs && e.slot === o.slot);
        if (detail && detail.eventCount < 1_000) expect(birth?.kind).toBe('HeapObjectAlloc');
      }
    }
  });
});
