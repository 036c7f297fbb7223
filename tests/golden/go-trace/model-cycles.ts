/** The reader's GC cycles in the form of `oracle-cycles.ts`. */
import type { KeptTrace } from './kept-trace.ts';
import type { OracleCycle } from './oracle-cycles.ts';

export function modelCycles({ gcCycles }: KeptTrace): OracleCycle[] {
  return gcCycles.map((c) => ({
    beginNs: moment(c.beginNs),
    sweepTerminationNs: pair(c.sweepTerminationBeginNs, c.sweepTerminationEndNs),
    markTerminationNs: pair(c.markTerminationBeginNs, c.markTerminationEndNs),
    endNs: moment(c.endNs),
    assists: c.assists,
    assistNs: c.assistNs,
  }));
}

function moment(ns: number): number | null {
  return Number.isNaN(ns) ? null : ns;
}

function pair(beginNs: number, endNs: number): readonly [number, number] | null {
  return Number.isNaN(beginNs) || Number.isNaN(endNs) ? null : [beginNs, endNs];
}
