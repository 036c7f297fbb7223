/**
 * Reads the store: rows as plain objects, series as typed arrays. Times are in the clock of the evidence; who wants case time adds the offset.
 */
import type Database from 'better-sqlite3';
import type { EvidenceKind, EvidenceStatus, Position, ReadingReport, Severity } from '../../api/contract/evidence.ts';
import type { MessageArgs, MessageCode } from '../../api/contract/messages.ts';
import type { AnchorBasis, Clock, EventKind, Facts, Json, ProfileSummary } from '../../parsers/contract.ts';
import { chunkRows } from '../../parsers/frame-builder.ts';
import { decodeColumn } from './column-codec.ts';
import type { Store } from './store.ts';

export interface EvidenceRow {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint | undefined;
  readonly status: EvidenceStatus;
  readonly kind: EvidenceKind;
  readonly dialect: string;
  readonly confidence: number;
  readonly parser: string | undefined;
  readonly parserVersion: number | undefined;
  readonly lines: number | undefined;
  readonly unknownLines: number | undefined;
  readonly truncatedAt: Position | undefined;
}

export interface WarningRow {
  readonly evidence: number;
  readonly code: MessageCode;
  readonly severity: Severity;
  readonly phase: string;
  readonly at: Position | undefined;
  readonly args: MessageArgs;
}

export interface FactRow<K extends keyof Facts = keyof Facts> {
  readonly evidence: number;
  readonly key: K;
  readonly value: Facts[K];
  readonly at: Position;
}

export interface AnchorRow {
  readonly evidence: number;
  readonly clock: Clock;
  readonly loNs: bigint;
  readonly hiNs: bigint;
  readonly basis: AnchorBasis;
  readonly at: Position;
}

export interface EventRow {
  readonly evidence: number;
  readonly n: number;
  readonly kind: EventKind;
  readonly clock: Clock;
  readonly tNs: bigint | undefined;
  readonly at: Position;
  readonly data: { readonly [key: string]: Json };
}

export interface SeriesRow {
  readonly evidence: number;
  readonly frame: number;
  readonly column: number;
  readonly frameName: string;
  readonly clock: Clock;
  readonly metric: string;
  readonly sourceName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly points: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  readonly tFirst: bigint;
  readonly tLast: bigint;
}

/** Which column of which frame. */
export type SeriesKey = Pick<SeriesRow, 'evidence' | 'frame' | 'column'>;

/** A whole series, rows without a value left out. Time of point i = originNs + t[i]. */
/** Rows of one chunk of a frame, with some of its columns. */
export interface Rows {
  /** Time of row i = originNs + t[i]. */
  readonly originNs: bigint;
  readonly t: Float64Array;
  readonly position: Float64Array;
  readonly values: readonly Float64Array[];
}

export interface SeriesPoints {
  readonly originNs: bigint;
  readonly t: Float64Array;
  readonly values: Float64Array;
  /** Line or offset of each point. */
  readonly position: Float64Array;
}

interface RawEvidence {
  id: bigint;
  path: string;
  sha256: string;
  size_bytes: bigint;
  modified_ns: bigint | null;
  status: EvidenceStatus;
  kind: EvidenceKind;
  dialect: string;
  confidence: number;
  parser: string | null;
  parser_version: bigint | null;
  lines: bigint | null;
  unknown_lines: bigint | null;
  truncated_at: string | null;
}

const optional = (x: bigint | null) => (x === null ? undefined : Number(x));

export class StoreReader {
  private readonly db: Database.Database;

  constructor(store: Store) {
    this.db = store.db;
  }

  private all<T>(sql: string, ...args: unknown[]): T[] {
    return this.db
      .prepare(sql)
      .safeIntegers(true)
      .all(...args) as T[];
  }

  evidence(): EvidenceRow[] {
    return this.all<RawEvidence>('SELECT * FROM evidence ORDER BY id').map((r) => ({
      id: Number(r.id),
      path: r.path,
      sha256: r.sha256,
      sizeBytes: Number(r.size_bytes),
      modifiedNs: r.modified_ns ?? undefined,
      status: r.status,
      kind: r.kind,
      dialect: r.dialect,
      confidence: r.confidence,
      parser: r.parser ?? undefined,
      parserVersion: optional(r.parser_version),
      lines: optional(r.lines),
      unknownLines: optional(r.unknown_lines),
      truncatedAt: r.truncated_at ? (JSON.parse(r.truncated_at) as Position) : undefined,
    }));
  }

  containers(): { path: string; sha256: string; sizeBytes: number }[] {
    return this.all<{ path: string; sha256: string; size_bytes: bigint }>(
      'SELECT path, sha256, size_bytes FROM container ORDER BY id',
    ).map((r) => ({
      path: r.path,
      sha256: r.sha256,
      sizeBytes: Number(r.size_bytes),
    }));
  }

  readings(): (ReadingReport & { evidence: number })[] {
    return this.all<{ evidence: bigint; kind: EvidenceKind; dialect: string; taken: bigint; counts: string }>(
      'SELECT evidence, kind, dialect, taken, counts FROM reading ORDER BY evidence, n',
    ).map((r) => ({
      evidence: Number(r.evidence),
      kind: r.kind,
      dialect: r.dialect,
      taken: Number(r.taken),
      counts: JSON.parse(r.counts) as ReadingReport['counts'],
    }));
  }

  warnings(): WarningRow[] {
    return this.all<{
      evidence: bigint;
      code: MessageCode;
      severity: Severity;
      phase: string;
      position: string | null;
      args: string;
    }>('SELECT evidence, code, severity, phase, position, args FROM warning ORDER BY evidence, n').map((r) => ({
      evidence: Number(r.evidence),
      code: r.code,
      severity: r.severity,
      phase: r.phase,
      at: r.position ? (JSON.parse(r.position) as Position) : undefined,
      args: JSON.parse(r.args) as MessageArgs,
    }));
  }

  facts(): FactRow[] {
    return this.all<{ evidence: bigint; key: keyof Facts; value: string; position: string }>(
      'SELECT evidence, key, value, position FROM fact ORDER BY evidence, n',
    ).map((r) => ({
      evidence: Number(r.evidence),
      key: r.key,
      value: JSON.parse(r.value) as Facts[keyof Facts],
      at: JSON.parse(r.position) as Position,
    }));
  }

  anchors(): AnchorRow[] {
    return this.all<{
      evidence: bigint;
      domain: Clock['domain'];
      instance: bigint;
      lo_ns: bigint;
      hi_ns: bigint;
      basis: AnchorBasis;
      position: string;
    }>('SELECT evidence, domain, instance, lo_ns, hi_ns, basis, position FROM anchor ORDER BY evidence, n').map(
      (r) => ({
        evidence: Number(r.evidence),
        clock: { domain: r.domain, instance: Number(r.instance) },
        loNs: r.lo_ns,
        hiNs: r.hi_ns,
        basis: r.basis,
        at: JSON.parse(r.position) as Position,
      }),
    );
  }

  events(kind: EventKind, limit = 10_000): EventRow[] {
    return this.eventRows('kind = ?', kind, limit);
  }

  /** Events of a kind whose data, as JSON, hold a text. O(all events of the kind), in the database. */
  eventsNaming(kind: EventKind, text: string, limit = 1_000): EventRow[] {
    return this.eventRows('kind = ? AND instr(data, ?) > 0', kind, text, limit);
  }

  private eventRows(where: string, ...values: readonly (string | number)[]): EventRow[] {
    return this.all<{
      evidence: bigint;
      n: bigint;
      kind: EventKind;
      domain: Clock['domain'];
      instance: bigint;
      t_ns: bigint | null;
      position: string;
      data: string;
    }>(
      `SELECT evidence, n, kind, domain, instance, t_ns, position, data FROM event WHERE ${where} ORDER BY evidence, n LIMIT ?`,
      ...values,
    ).map((r) => ({
      evidence: Number(r.evidence),
      n: Number(r.n),
      kind: r.kind,
      clock: { domain: r.domain, instance: Number(r.instance) },
      tNs: r.t_ns ?? undefined,
      at: JSON.parse(r.position) as Position,
      data: JSON.parse(r.data) as EventRow['data'],
    }));
  }

  profiles(): { evidence: number; summary: ProfileSummary }[] {
    return this.all<{ evidence: bigint; summary: string }>(
      'SELECT evidence, summary FROM profile ORDER BY evidence, n',
    ).map((r) => {
      const raw = JSON.parse(r.summary) as Omit<ProfileSummary, 'timeNs' | 'durationNs'> & {
        timeNs?: string;
        durationNs?: string;
      };
      const ns = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));
      return {
        evidence: Number(r.evidence),
        summary: { ...raw, timeNs: ns(raw.timeNs), durationNs: ns(raw.durationNs) },
      };
    });
  }

  /** Frames of a name, whether or not their series have points. */
  framesNamed(name: string): { readonly evidence: number; readonly frame: number; readonly clock: Clock }[] {
    return this.all<{ evidence: bigint; frame: bigint; domain: Clock['domain']; instance: bigint }>(
      'SELECT evidence, frame, domain, instance FROM frame WHERE name = ? ORDER BY evidence, frame',
      name,
    ).map((r) => ({
      evidence: Number(r.evidence),
      frame: Number(r.frame),
      clock: { domain: r.domain, instance: Number(r.instance) },
    }));
  }

  /** Every series that has a point; of one metric where one is named. */
  series(metric?: string): SeriesRow[] {
    const sql = `SELECT s.*, f.name AS frame_name, f.domain, f.instance FROM series s JOIN frame f USING (evidence, frame)
      WHERE s.points > 0 ${metric === undefined ? '' : 'AND s.metric = ?'} ORDER BY s.evidence, s.frame, s.col`;
    interface Raw {
      evidence: bigint;
      frame: bigint;
      col: bigint;
      frame_name: string;
      domain: Clock['domain'];
      instance: bigint;
      metric: string;
      source_name: string;
      labels: string;
      points: bigint;
      min: number;
      max: number;
      first: number;
      last: number;
      t_first: bigint;
      t_last: bigint;
    }
    return this.all<Raw>(sql, ...(metric === undefined ? [] : [metric])).map((r) => ({
      evidence: Number(r.evidence),
      frame: Number(r.frame),
      column: Number(r.col),
      frameName: r.frame_name,
      clock: { domain: r.domain, instance: Number(r.instance) },
      metric: r.metric,
      sourceName: r.source_name,
      labels: JSON.parse(r.labels) as Record<string, string>,
      points: Number(r.points),
      min: Number(r.min),
      max: Number(r.max),
      first: Number(r.first),
      last: Number(r.last),
      tFirst: r.t_first,
      tLast: r.t_last,
    }));
  }

  /**
   * Points of a series in file order. Cost: the whole series is read, chunk by chunk.
   *
   * @param most where the series has more, the first, smallest, largest and last of each stretch of equal length are kept
   */
  points(key: SeriesKey, most = Number.POSITIVE_INFINITY): SeriesPoints {
    const total = this.rowsOf(key);
    const stretch = total > most ? Math.ceil((4 * total) / most) : 1;
    const room = stretch === 1 ? total : 4 * (Math.ceil(total / stretch) + Math.ceil(total / chunkRows) + 1);
    const t = new Float64Array(room);
    const values = new Float64Array(room);
    const position = new Float64Array(room);
    let originNs: bigint | undefined;
    let n = 0;
    this.scan(key, [key.column], (rows) => {
      originNs ??= rows.originNs;
      const shift = Number(rows.originNs - originNs);
      const v = rows.values[0] as Float64Array;
      const keep = (i: number) => {
        t[n] = (rows.t[i] as number) + shift;
        values[n] = v[i] as number;
        position[n] = rows.position[i] as number;
        n++;
      };
      for (let from = 0; from < v.length; from += stretch) {
        if (stretch === 1) {
          if (!Number.isNaN(v[from])) keep(from);
        } else for (const i of remarkable(v, from, Math.min(v.length, from + stretch))) keep(i);
      }
    });
    return {
      originNs: originNs ?? 0n,
      t: t.subarray(0, n),
      values: values.subarray(0, n),
      position: position.subarray(0, n),
    };
  }

  /** Shows the rows of a frame chunk by chunk, in file order, with the columns asked for; memory is that of one chunk. */
  scan(frame: Pick<SeriesKey, 'evidence' | 'frame'>, columns: readonly number[], visit: (rows: Rows) => void): void {
    const chunks = this.db
      .prepare('SELECT seq, rows, origin_ns, t, position FROM chunk WHERE evidence = ? AND frame = ? ORDER BY seq')
      .safeIntegers(true);
    const column = this.db.prepare(
      'SELECT data FROM chunk_column WHERE evidence = ? AND frame = ? AND seq = ? AND col = ?',
    );
    for (const c of chunks.iterate(frame.evidence, frame.frame) as IterableIterator<RawChunk>) {
      const rows = Number(c.rows);
      visit({
        originNs: c.origin_ns,
        t: decodeColumn(c.t, rows),
        position: decodeColumn(c.position, rows),
        values: columns.map((col) => {
          const found = column.get(frame.evidence, frame.frame, c.seq, col) as { data: Buffer } | undefined;
          return found ? decodeColumn(found.data, rows) : new Float64Array(rows).fill(Number.NaN);
        }),
      });
    }
  }

  private rowsOf(frame: Pick<SeriesKey, 'evidence' | 'frame'>): number {
    const sum = this.db
      .prepare('SELECT sum(rows) AS rows FROM chunk WHERE evidence = ? AND frame = ?')
      .get(frame.evidence, frame.frame) as { rows: number | null };
    return sum.rows ?? 0;
  }
}

interface RawChunk {
  readonly seq: bigint;
  readonly rows: bigint;
  readonly origin_ns: bigint;
  readonly t: Buffer;
  readonly position: Buffer;
}

/** First, smallest, largest and last value of a stretch by their index, in order, each once. */
function remarkable(v: Float64Array, from: number, to: number): number[] {
  let first = -1;
  let min = -1;
  let max = -1;
  let last = -1;
  for (let i = from; i < to; i++) {
    const x = v[i] as number;
    if (Number.isNaN(x)) continue;
    if (first < 0) first = min = max = i;
    if (x < (v[min] as number)) min = i;
    if (x > (v[max] as number)) max = i;
    last = i;
  }
  return first < 0 ? [] : [...new Set([first, Math.min(min, max), Math.max(min, max), last])];
}
