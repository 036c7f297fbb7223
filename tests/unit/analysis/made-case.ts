/**
 * A case made by hand: series, events, facts and profiles as parsers would have left them in the store. The clock, the timeline and the signals are the
 * real ones. Times are seconds; those of `wall` series count from `epoch`.
 */

import { CaseData } from '../../../src-main/analysis/case-data.ts';
import { buildClock } from '../../../src-main/analysis/clock/case-clock.ts';
import { measureSignals, type Signals } from '../../../src-main/analysis/signals/all-signals.ts';
import type { Scene } from '../../../src-main/analysis/signals/signal.ts';
import { shippedThresholds } from '../../../src-main/analysis/signals/thresholds.ts';
import { Timeline } from '../../../src-main/analysis/timeline.ts';
import type { EvidenceKind } from '../../../src-main/api/contract/evidence.ts';
import type { Case } from '../../../src-main/case/case.ts';
import type { EventRow, EvidenceRow, SeriesPoints, SeriesRow } from '../../../src-main/case/store/read-store.ts';
import type {
  Anchor,
  Clock,
  EventKind,
  Facts,
  Json,
  ProfileOwner,
  ProfileRow,
  ProfileSummary,
} from '../../../src-main/parsers/contract.ts';
import { captureClock, wallClock } from '../../../src-main/parsers/contract.ts';

export const epoch = 1_700_000_000;
const epochNs = BigInt(epoch) * 1_000_000_000n;
const processClock: Clock = { domain: 'process', instance: 0 };

export type Points = readonly (readonly [t: number, v: number])[];

export interface MadeFile {
  readonly path?: string;
  readonly kind?: EvidenceKind;
  /** Seconds after the epoch at which the file was last written. */
  readonly modified?: number;
  /** Frame that the series stand in: `gctrace`, `memstats`, `proc status`. */
  readonly frame?: string;
  /** `process`: times count from the start of the process. */
  readonly clock?: 'wall' | 'process';
  readonly series?: Readonly<Record<string, Points>>;
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly events?: readonly { readonly kind: EventKind; readonly data: { readonly [key: string]: Json } }[];
  readonly facts?: Partial<Facts>;
  readonly anchors?: readonly Omit<Anchor, 'at' | 'clock'>[];
  readonly profile?: ProfileSummary;
}

/** Values of a straight line through (from, start) and (to, end), one point each `step` seconds. */
export function line(from: number, to: number, start: number, end: number, step = 1): Points {
  const out: [number, number][] = [];
  for (let t = from; t <= to + 1e-9; t += step) out.push([t, start + ((end - start) * (t - from)) / (to - from)]);
  return out;
}

export function madeData(files: readonly MadeFile[]): CaseData {
  const series: (SeriesRow & { readonly made: Points })[] = [];
  const events: EventRow[] = [];
  const evidence: EvidenceRow[] = files.map((file, i) => ({
    id: i + 1,
    path: file.path ?? `file-${i + 1}`,
    sha256: '',
    sizeBytes: 1,
    modifiedNs: file.modified === undefined ? undefined : epochNs + BigInt(Math.round(file.modified * 1e9)),
    status: 'parsed',
    kind: file.kind ?? 'memstats',
    dialect: '',
    confidence: 1,
    parser: file.profile ? 'pprof' : 'text',
    parserVersion: 1,
    lines: undefined,
    unknownLines: undefined,
    truncatedAt: undefined,
  }));
  files.forEach((file, i) => {
    const clock = file.clock === 'process' ? processClock : wallClock;
    const base = file.clock === 'process' ? 0n : epochNs;
    Object.entries(file.series ?? {}).forEach(([metric, made], column) => {
      const values = made.map(([, v]) => v);
      const at = (k: number) => base + BigInt(Math.round((made.at(k)?.[0] ?? 0) * 1e9));
      series.push({
        evidence: i + 1,
        frame: i + 1,
        column,
        frameName: file.frame ?? 'memstats',
        clock,
        metric,
        sourceName: metric,
        labels: file.labels?.[metric] ?? {},
        points: made.length,
        min: Math.min(...values),
        max: Math.max(...values),
        first: values[0] ?? 0,
        last: values.at(-1) ?? 0,
        tFirst: at(0),
        tLast: at(-1),
        made,
      });
    });
    for (const event of file.events ?? [])
      events.push({
        evidence: i + 1,
        n: events.length,
        clock: captureClock,
        tNs: undefined,
        at: { line: 1 },
        ...event,
      });
  });
  const reader = {
    evidence: () => evidence,
    series: () => series,
    facts: () =>
      files.flatMap((f, i) =>
        Object.entries(f.facts ?? {}).map(([key, value]) => ({ evidence: i + 1, key, value, at: { line: 1 } })),
      ),
    anchors: () =>
      files.flatMap((f, i) =>
        (f.anchors ?? []).map((a) => ({ evidence: i + 1, clock: processClock, at: { line: 1 }, ...a })),
      ),
    events: (kind: EventKind) => events.filter((e) => e.kind === kind),
    profiles: () => files.flatMap((f, i) => (f.profile ? [{ evidence: i + 1, summary: f.profile }] : [])),
    warnings: () => [],
    points: (row: SeriesRow): SeriesPoints => {
      const { made } = row as SeriesRow & { readonly made: Points };
      return {
        originNs: row.clock.domain === 'process' ? 0n : epochNs,
        t: Float64Array.from(made, ([t]) => t * 1e9),
        values: Float64Array.from(made, ([, v]) => v),
        position: Float64Array.from(made, (_, k) => k + 1),
      };
    },
  };
  return new CaseData({ reader } as unknown as Case);
}

export function madeScene(files: readonly MadeFile[]): Scene {
  const data = madeData(files);
  return { data, timeline: new Timeline(data, buildClock(data)), thresholds: shippedThresholds };
}

export function madeSignals(files: readonly MadeFile[]): Signals {
  return measureSignals(madeScene(files));
}

/** A goroutine dump as events: groups of [count, state, frames inside out as `function file:line`]. */
export function dump(
  groups: readonly (readonly [count: number, state: string, ...frames: string[]])[],
  profile = 'goroutine',
): NonNullable<MadeFile['events']> {
  const of = groups.reduce((sum, [n]) => sum + n, 0);
  return groups.map(([count, state, ...frames]) => ({
    kind: 'goroutine_group',
    data: { profile, dump: 1, count, of, state, minutes: 0, created_by: '', frames: frames.map(frameOf) },
  }));
}

function frameOf(text: string): Json {
  const [name = '', place = ''] = text.split(' ');
  const colon = place.lastIndexOf(':');
  return { function: name, file: place.slice(0, colon), line: Number(place.slice(colon + 1)) };
}

export interface MadeProfile {
  readonly what: string;
  readonly types: readonly string[];
  readonly totals: readonly number[];
  readonly owners?: readonly (Partial<ProfileOwner> & Pick<ProfileOwner, 'function' | 'values'>)[];
  readonly top?: readonly (Partial<ProfileRow> & Pick<ProfileRow, 'function'>)[];
  readonly t?: number;
}

export function profile(made: MadeProfile): ProfileSummary {
  return {
    what: made.what,
    sampleTypes: made.types.map((type) => ({ type, unit: '' })),
    defaultType: made.types[0] ?? '',
    timeNs: epochNs + BigInt(Math.round((made.t ?? 0) * 1e9)),
    durationNs: undefined,
    periodType: '',
    period: 1,
    samples: 10,
    totals: made.totals,
    top: (made.top ?? []).map((r) => ({ sampleType: 0, file: '', line: 1, flat: 0, cum: 0, ...r })),
    owners: (made.owners ?? []).map((o) => ({ file: 'svc/main.go', line: 1, leaf: o.function, callers: [], ...o })),
  };
}
