/**
 * Which user region a goroutine is in while events are followed in the order of time: the innermost one that is open, and its task. Regions of a goroutine
 * nest, so a stack for each goroutine is enough.
 */
import type { TableReader } from '../../case/store/tables.ts';

interface Region {
  readonly name: number;
  readonly task: number;
  readonly beginNs: number;
  readonly endNs: number;
}

interface GoroutineRegions {
  readonly regions: readonly Region[];
  next: number;
  readonly open: Region[];
}

export class OpenRegions {
  private readonly byGoroutine = new Map<number, GoroutineRegions>();
  /** Name of each task that the trace tells, as a string of the trace. */
  private readonly taskNames = new Map<number, number>();

  constructor(tables: TableReader, evidence: number) {
    const found = new Map<number, Region[]>();
    for (const { seq } of tables.chunks(evidence, 'regions')) {
      const c = tables.columns(evidence, 'regions', seq, ['goroutine', 'nameString', 'task', 'beginNs', 'endNs']);
      c?.goroutine?.forEach((goroutine, i) => {
        const region = {
          name: c.nameString?.[i] as number,
          task: c.task?.[i] as number,
          beginNs: c.beginNs?.[i] as number,
          endNs: c.endNs?.[i] as number,
        };
        const own = found.get(goroutine);
        if (own) own.push(region);
        else found.set(goroutine, [region]);
      });
    }
    for (const [goroutine, regions] of found) {
      // of two that begin at one moment the longer is the outer one
      regions.sort((a, b) => a.beginNs - b.beginNs || b.endNs - a.endNs);
      this.byGoroutine.set(goroutine, { regions, next: 0, open: [] });
    }
    for (const { seq } of tables.chunks(evidence, 'tasks')) {
      const c = tables.columns(evidence, 'tasks', seq, ['task', 'nameString']);
      c?.task?.forEach((task, i) => {
        this.taskNames.set(task, c.nameString?.[i] as number);
      });
    }
  }

  /** Whether the trace has no region at all. */
  get isEmpty(): boolean {
    return this.byGoroutine.size === 0;
  }

  /** The innermost open region; undefined outside of all. Times of one goroutine must not fall from call to call. */
  at(goroutine: number, timeNs: number): { readonly name: number; readonly task: number } | undefined {
    const own = this.byGoroutine.get(goroutine);
    if (!own) return undefined;
    for (; own.next < own.regions.length; own.next++) {
      const region = own.regions[own.next] as Region;
      if (region.beginNs > timeNs) break;
      own.open.push(region);
    }
    while (own.open.length > 0 && (own.open.at(-1) as Region).endNs < timeNs) own.open.pop();
    return own.open.at(-1);
  }

  /** Name of a task as a string of the trace; 0 where the trace does not tell it. */
  taskName(task: number): number {
    return this.taskNames.get(task) ?? 0;
  }
}
