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
  'map_failed',
  'build',
  'change',
];

/** A series longer than this is not held whole. */
const longSeries = 1_000_000;
const outlinePoints = 200_000;

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

  /** Events of a kind whose data, as JSON, hold a text: for kinds too many to be loaded whole. */
  eventsNaming(kind: EventKind, text: string): readonly EventRow[] {
    return this.source.reader.eventsNaming(kind, text);
  }

  fact<K extends keyof Facts>(key: K): FactRow<K> | undefined {
    return this.facts.find((f) => f.key === key) as FactRow<K> | undefined;
  }

  factsOf<K extends keyof Facts>(key: K): readonly FactRow<K>[] {
    return this.facts.filter((f) => f.key === key) as unknown as FactRow<K>[];
  }

  /** Points of a series: all of them, or of a very long one its outline. */
  points(series: SeriesRow): SeriesPoints {
    const key = `${series.evidence} ${series.frame} ${series.column}`;
    let points = this.cache.get(key);
    if (!points) {
      points = this.source.reader.points(series, series.points > longSeries ? outlinePoints : undefined);
      this.cache.set(key, points);
    }
    return points;
  }

  /** Ends of the wanted cycles of one run as gctrace tells them: number -> nanoseconds since the start of the run. */
  cycleEndsOf(evidence: number, clock: Clock, wanted: ReadonlySet<number>): ReadonlyMap<number, number> {
    const own = this.series.filter(
      (s) =>
        s.evidence === evidence &&
        s.clock.domain === clock.domain &&
        s.clock.instance === clock.instance &&
        s.frameName === 'gctrace',
    );
    const columns = [
      'gc_cycles_total',
      'gc_sweep_termination_seconds',
      'gc_mark_seconds',
      'gc_mark_termination_seconds',
    ].map((metric) => own.find((s) => s.metric === metric)?.column ?? -1);
    const out = new Map<number, number>();
    const [frame] = own;
    if (!frame || wanted.size === 0) return out;
    this.source.reader.scan(frame, columns, ({ originNs, t, values: [number, ...phases] }) => {
      for (let i = 0; i < t.length; i++) {
        const n = number?.[i] as number;
        if (!wanted.has(n)) continue;
        const seconds = phases.reduce((sum, phase) => sum + (Number.isNaN(phase[i]) ? 0 : (phase[i] as number)), 0);
        out.set(n, Number(originNs) + (t[i] as number) + seconds * 1e9);
      }
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
