/**
 * Everything analysis asks of a case, loaded once: rows as objects, points on demand. Nothing here interprets.
 */
import type { Case } from '../case/case.ts';
import type {
  AnchorRow,
  EventRow,
  EvidenceRow,
  FactRow,
  SeriesPoints,
  SeriesRow,
  WarningRow,
} from '../case/store/read-store.ts';
import type { Clock, EventKind, Facts, ProfileSummary } from '../parsers/contract.ts';

const eventKinds: readonly EventKind[] = [
  'oom_kill',
  'container_terminated',
  'crash',
  'restart',
  'log',
  'mapping',
  'goroutine_group',
  'mutex_contention',
];

export interface ProfileRow {
  readonly evidence: number;
  readonly summary: ProfileSummary;
}

export class CaseData {
  readonly source: Case;
  readonly evidence: readonly EvidenceRow[];
  readonly series: readonly SeriesRow[];
  readonly facts: readonly FactRow[];
  readonly anchors: readonly AnchorRow[];
  readonly events: readonly EventRow[];
  readonly profiles: readonly ProfileRow[];
  readonly warnings: readonly WarningRow[];
  private readonly byId: ReadonlyMap<number, EvidenceRow>;
  private readonly cache = new Map<string, SeriesPoints>();
  private endsByWall: ReadonlyMap<number, bigint> | undefined;

  constructor(source: Case) {
    this.source = source;
    const { reader } = source;
    this.evidence = reader.evidence();
    this.series = reader.series();
    this.facts = reader.facts();
    this.anchors = reader.anchors();
    this.events = eventKinds.flatMap((kind) => reader.events(kind));
    this.profiles = reader.profiles();
    this.warnings = reader.warnings();
    this.byId = new Map(this.evidence.map((e) => [e.id, e]));
  }

  evidenceById(id: number): EvidenceRow {
    const row = this.byId.get(id);
    if (!row) throw new Error(`no evidence ${id}`);
    return row;
  }

  eventsOf(kind: EventKind): readonly EventRow[] {
    return this.events.filter((e) => e.kind === kind);
  }

  fact<K extends keyof Facts>(key: K): FactRow<K> | undefined {
    return this.facts.find((f) => f.key === key) as FactRow<K> | undefined;
  }

  factsOf<K extends keyof Facts>(key: K): readonly FactRow<K>[] {
    return this.facts.filter((f) => f.key === key) as unknown as FactRow<K>[];
  }

  points(series: SeriesRow): SeriesPoints {
    const key = `${series.evidence} ${series.frame} ${series.column}`;
    let points = this.cache.get(key);
    if (!points) {
      points = this.source.reader.points(series);
      this.cache.set(key, points);
    }
    return points;
  }

  /** Cycles of one run as gctrace tells them: number -> begin and end, nanoseconds since the start of the run. */
  cyclesOf(evidence: number, clock: Clock): ReadonlyMap<number, { readonly startNs: number; readonly endNs: number }> {
    const of = (metric: string) =>
      this.series.find(
        (s) =>
          s.evidence === evidence &&
          s.clock.domain === clock.domain &&
          s.clock.instance === clock.instance &&
          s.frameName === 'gctrace' &&
          s.metric === metric,
      );
    const numbers = of('gc_cycles_total');
    const out = new Map<number, { startNs: number; endNs: number }>();
    if (!numbers) return out;
    const n = this.points(numbers);
    const phases = ['gc_sweep_termination_seconds', 'gc_mark_seconds', 'gc_mark_termination_seconds'].map((m) => {
      const s = of(m);
      const byTime = new Map<number, number>();
      if (s) {
        const p = this.points(s);
        p.t.forEach((t, i) => {
          byTime.set(t, p.values[i] as number);
        });
      }
      return byTime;
    });
    n.t.forEach((t, i) => {
      const length = phases.reduce((sum, phase) => sum + (phase.get(t) ?? 0), 0);
      out.set(n.values[i] as number, { startNs: t, endNs: t + length * 1e9 });
    });
    return out;
  }

  /** When each numbered cycle ended, from the pause rings of MemStats. */
  cycleEndsByWall(): ReadonlyMap<number, bigint> {
    if (this.endsByWall) return this.endsByWall;
    const out = new Map<number, bigint>();
    for (const s of this.series) {
      if (s.metric !== 'gc_cycles_total' || s.frameName !== 'memstats pauses') continue;
      const p = this.points(s);
      p.t.forEach((t, i) => {
        out.set(p.values[i] as number, p.originNs + BigInt(Math.round(t)));
      });
    }
    this.endsByWall = out;
    return out;
  }

  /** How many cycles there had been at wall times, from MemStats and Prometheus. */
  cycleCountsByWall(): readonly { readonly wallNs: bigint; readonly count: number }[] {
    const out: { wallNs: bigint; count: number }[] = [];
    for (const s of this.series) {
      if (s.metric !== 'gc_cycles_total' || s.clock.domain !== 'wall' || s.frameName === 'memstats pauses') continue;
      const p = this.points(s);
      p.t.forEach((t, i) => {
        out.push({ wallNs: p.originNs + BigInt(Math.round(t)), count: p.values[i] as number });
      });
    }
    return out;
  }
}
