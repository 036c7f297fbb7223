import type { Case } from '../../../src-main/case/case.ts';
import { readWindow } from '../../../src-main/case/store/window.ts';

/** Every answer the store can give about a case, as one text. */
export function everythingOf(opened: Case): string {
  const { reader, store } = opened;
  const series = reader.series();
  const farthest = 2n ** 62n;
  const answers = {
    containers: reader.containers(),
    evidence: reader.evidence(),
    readings: reader.readings(),
    warnings: reader.warnings(),
    facts: reader.facts(),
    anchors: reader.anchors(),
    events: eventKinds.map((kind) => reader.events(kind)),
    profiles: reader.profiles(),
    series,
    points: series.map((s) => reader.points(s)),
    windows: series.flatMap((s) => [
      readWindow(store, s, -farthest, farthest, 7),
      readWindow(store, s, s.tFirst ?? 0n, ((s.tFirst ?? 0n) + (s.tLast ?? 0n)) / 2n, 300),
    ]),
  };
  return JSON.stringify(answers, (_, value: unknown) =>
    typeof value === 'bigint'
      ? `${value}n`
      : value instanceof Float64Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : value,
  );
}

const eventKinds = [
  'oom_kill',
  'container_terminated',
  'crash',
  'restart',
  'log',
  'mapping',
  'goroutine_group',
  'mutex_contention',
] as const;
