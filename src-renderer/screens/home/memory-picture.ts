/** Which curves the chart of the first page shows: what the process takes, and within it what its heap takes; of a trace alone its heap. At most three. */
import type { Lane, LaneSeries, SeriesRole } from '../../../src-main/api/contract/calls.ts';

const wanted: readonly (readonly SeriesRole[])[] = [
  ['rss', 'cgroup', 'sys'],
  ['heap_inuse'],
  ['heap_alloc', 'heap_live', 'trace_live', 'goal'],
];

export function pictureSeries(lanes: readonly Lane[]): readonly LaneSeries[] {
  const recorded = lanes.filter((l) => l.key === 'memory' || l.key === 'heap');
  const all = (recorded.length > 0 ? recorded : lanes.filter((l) => l.key === 'trace_heap')).flatMap((l) => l.series);
  return wanted.flatMap((roles) => {
    for (const role of roles) {
      const found = all.find((s) => s.role === role);
      if (found) return [found];
    }
    return [];
  });
}
