/**
 * Opens and writes the store. Only this file and its neighbours know SQL. A store is written by one process and never opened when it came from
 * somebody else (security.md section 7): it is derived, and rebuilt instead.
 */
import Database from 'better-sqlite3';
import type { EvidenceKind, EvidenceStatus, Position, ReadingReport } from '../../api/contract/evidence.ts';
import type { Clock, EventSpec } from '../../parsers/contract.ts';
import type { FrameChunk } from '../../parsers/frame-builder.ts';
import { encodeColumn } from './column-codec.ts';
import { buildEdges, buildPyramid, smallestWithPyramid } from './pyramid.ts';
import { applicationId, migrations, tablesOfEvidence } from './schema.ts';
import type { PackedTable, StoreMessage } from './store-message.ts';

/** An evidence before it was parsed, with the number it keeps. */
export interface EvidenceInput {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint | undefined;
}

/** What is known of it once its parser has ended. */
export interface EvidenceOutcome {
  readonly status: EvidenceStatus;
  readonly kind: EvidenceKind;
  readonly confidence: number;
  readonly parser: string | undefined;
  readonly parserVersion: number | undefined;
}

const farthest = 2n ** 63n - 1n;
/** SQLite integers are 64 bits; an absurd time in a file must not stop the import. */
const clamp = (ns: bigint) => (ns > farthest ? farthest : ns < -farthest ? -farthest : ns);
const blob = (a: Float64Array<ArrayBuffer>) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

export class Store {
  readonly db: Database.Database;

  /** @param path file, or `:memory:` */
  constructor(path: string, durable: boolean) {
    this.db = new Database(path);
    // columns are blobs of about a megabyte: written 3 times as fast as in pages of 4 KiB, and read 3 times as fast
    this.db.pragma('page_size = 32768');
    // blobs pass through once; what is read again is in the cache of the system
    this.db.pragma('cache_size = -4096');
    this.db.pragma('trusted_schema = OFF');
    this.db.pragma('cell_size_check = ON');
    this.db.pragma('mmap_size = 0');
    this.db.pragma('foreign_keys = ON');
    this.db.pragma(durable ? 'journal_mode = WAL' : 'journal_mode = MEMORY');
    this.db.pragma(durable ? 'synchronous = NORMAL' : 'synchronous = OFF');
    this.migrate();
  }

  close(): void {
    this.db.close();
  }

  private migrate(): void {
    const version = this.db.pragma('user_version', { simple: true }) as number;
    for (let v = version; v < migrations.length; v++) {
      this.db.transaction(() => {
        this.db.exec(migrations[v] as string);
        this.db.pragma(`user_version = ${v + 1}`);
        this.db.pragma(`application_id = ${applicationId}`);
      })();
    }
  }

  /** Known ones are left as they are: an import that was cut off says them again. */
  addContainer(path: string, sha256: string, sizeBytes: number): void {
    this.db
      .prepare(
        'INSERT INTO container (path, sha256, size_bytes) SELECT @path, @sha256, @sizeBytes WHERE NOT EXISTS (SELECT 1 FROM container WHERE path = @path AND sha256 = @sha256)',
      )
      .run({ path, sha256, sizeBytes });
  }

  /** Removes the rows of evidence whose parser never ended. */
  dropUnfinished(): void {
    this.db.transaction(() => {
      for (const table of tablesOfEvidence)
        this.db.prepare(`DELETE FROM ${table} WHERE evidence NOT IN (SELECT id FROM evidence)`).run();
    })();
  }

  /** Writes one evidence as its messages arrive; `end` makes it part of the case. One transaction. */
  begin(input: EvidenceInput): EvidenceWriter {
    return new EvidenceWriter(this.db, input);
  }

  nextEvidenceId(): number {
    return ((this.db.prepare('SELECT max(id) AS id FROM evidence').get() as { id: number | null }).id ?? 0) + 1;
  }
}

interface SeriesSummary {
  metric: string;
  sourceName: string;
  labels: string;
  points: number;
  min: number;
  max: number;
  first: number;
  last: number;
  tFirst: bigint;
  tLast: bigint;
}

interface FrameState {
  readonly name: string;
  readonly clock: Clock;
  rows: number;
  seq: number;
  readonly series: SeriesSummary[];
}

/**
 * Rows of one evidence. Two files may be parsed at once, so small rows wait here until the end; chunks are written as they come.
 */
export class EvidenceWriter {
  private readonly db: Database.Database;
  readonly input: EvidenceInput;
  private readonly frames = new Map<number, FrameState>();
  /** Chunks of each table so far. */
  private readonly tables = new Map<string, number>();
  private readonly readings: ReadingReport[] = [];
  private warnings = 0;
  private facts = 0;
  private anchors = 0;
  private events = 0;
  private profiles = 0;
  private lines: { total: number; unknown: number } | undefined;
  private truncatedAt: Position | undefined;
  private readonly insert: Inserts;

  constructor(db: Database.Database, input: EvidenceInput) {
    this.db = db;
    this.input = input;
    this.insert = insertsOf(db);
  }

  get reports(): readonly ReadingReport[] {
    return this.readings;
  }

  /** Several messages in one transaction: they arrive in batches. The bytes of packed tables are gone afterwards. */
  takeAll(messages: readonly StoreMessage[]): void {
    this.db.transaction(() => {
      for (const message of messages) this.take(message);
    })();
  }

  take(message: StoreMessage): void {
    const id = this.input.id;
    switch (message.kind) {
      case 'chunk':
        this.chunk(message.chunk);
        return;
      case 'event':
        this.event(message.event);
        return;
      case 'packed':
        this.packed(message);
        return;
      case 'fact':
        this.insert.fact.run(id, this.facts++, message.key, JSON.stringify(message.value), JSON.stringify(message.at));
        return;
      case 'anchor': {
        const a = message.anchor;
        this.insert.anchor.run(
          id,
          this.anchors++,
          a.clock.domain,
          a.clock.instance,
          clamp(a.loNs),
          clamp(a.hiNs),
          a.basis,
          JSON.stringify(a.at),
        );
        return;
      }
      case 'profile': {
        const p = message.profile;
        const summary = JSON.stringify(p, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
        this.insert.profile.run(id, this.profiles++, p.what, p.timeNs === undefined ? null : clamp(p.timeNs), summary);
        return;
      }
      case 'warning': {
        const w = message.warning;
        this.insert.warning.run(
          id,
          this.warnings++,
          w.code,
          w.severity,
          w.phase,
          w.at ? JSON.stringify(w.at) : null,
          JSON.stringify(w.args ?? {}),
        );
        return;
      }
      case 'reading':
        this.readings.push(message.report);
        return;
      case 'lines':
        this.lines = { total: message.total, unknown: message.unknown };
        return;
      case 'truncated':
        this.truncatedAt = message.at;
        return;
    }
  }

  /** The parser has ended: the evidence becomes visible with everything said about it. */
  end(outcome: EvidenceOutcome): void {
    const { id, path, sha256, sizeBytes, modifiedNs } = this.input;
    this.db.transaction(() => {
      const strongest = this.readings[0];
      this.insert.evidence.run(
        id,
        path,
        sha256,
        sizeBytes,
        modifiedNs === undefined ? null : clamp(modifiedNs),
        outcome.status,
        outcome.status === 'parsed' && strongest ? strongest.kind : outcome.kind,
        strongest?.dialect ?? '',
        outcome.confidence,
        outcome.parser ?? null,
        outcome.parserVersion ?? null,
        this.lines?.total ?? null,
        this.lines?.unknown ?? null,
        this.truncatedAt ? JSON.stringify(this.truncatedAt) : null,
      );
      this.readings.forEach((r, n) => {
        this.insert.reading.run(id, n, r.kind, r.dialect, r.taken, JSON.stringify(r.counts));
      });
      for (const [frame, state] of this.frames) {
        this.insert.frame.run(id, frame, state.name, state.clock.domain, state.clock.instance, state.rows);
        state.series.forEach((s, col) => {
          const none = s.points === 0;
          const t = (ns: bigint) => (none ? null : clamp(ns));
          const v = (x: number) => (none ? null : x);
          this.insert.series.run(
            id,
            frame,
            col,
            s.metric,
            s.sourceName,
            s.labels,
            s.points,
            v(s.min),
            v(s.max),
            v(s.first),
            v(s.last),
            t(s.tFirst),
            t(s.tLast),
          );
        });
      }
    })();
  }

  private event(e: EventSpec): void {
    const t = e.tNs === undefined ? null : clamp(e.tNs);
    this.insert.event.run(
      this.input.id,
      this.events++,
      e.kind,
      e.clock.domain,
      e.clock.instance,
      t,
      JSON.stringify(e.at),
      JSON.stringify(e.data),
    );
  }

  private packed({ table, rows, fromNs, toNs, data }: PackedTable): void {
    const seq = this.tables.get(table) ?? 0;
    this.tables.set(table, seq + 1);
    this.insert.tableChunk.run(this.input.id, table, seq, rows, fromNs, toNs, data);
    // a megabyte each, many a second: not to be left to the collector
    data.buffer.transfer(0);
  }

  private chunk(chunk: FrameChunk): void {
    const id = this.input.id;
    let state = this.frames.get(chunk.frame);
    if (!state) {
      state = { name: chunk.name, clock: chunk.clock, rows: 0, seq: 0, series: [] };
      this.frames.set(chunk.frame, state);
    }
    const seq = state.seq++;
    state.rows += chunk.rows;
    const { t } = chunk;
    let sorted = 1;
    let tMin = t[0] as number;
    let tMax = tMin;
    for (let i = 1; i < t.length; i++) {
      const now = t[i] as number;
      if (now < (t[i - 1] as number)) sorted = 0;
      if (now < tMin) tMin = now;
      if (now > tMax) tMax = now;
    }
    const at = (relative: number) => clamp(chunk.originNs + BigInt(Math.round(relative)));
    const large = chunk.rows >= smallestWithPyramid;
    const edges = large ? buildEdges(t) : undefined;
    this.insert.chunk.run(
      id,
      chunk.frame,
      seq,
      chunk.rows,
      clamp(chunk.originNs),
      at(tMin),
      at(tMax),
      sorted,
      edges ? blob(edges.coarse) : null,
      edges ? blob(edges.fine) : null,
      encodeColumn(t),
      encodeColumn(chunk.position),
    );
    chunk.columns.forEach((spec, col) => {
      const values = chunk.values[col] as Float64Array;
      state.series[col] ??= {
        metric: spec.metric,
        sourceName: spec.sourceName,
        labels: JSON.stringify(spec.labels ?? {}),
        points: 0,
        min: Number.NaN,
        max: Number.NaN,
        first: Number.NaN,
        last: Number.NaN,
        tFirst: 0n,
        tLast: 0n,
      };
      const pyramid = large ? buildPyramid(values) : undefined;
      summarize(state.series[col] as SeriesSummary, values, t, chunk.originNs);
      this.insert.chunkColumn.run(
        id,
        chunk.frame,
        seq,
        col,
        pyramid ? blob(pyramid.coarse) : null,
        pyramid ? blob(pyramid.fine) : null,
        encodeColumn(values),
      );
    });
  }
}

function summarize(s: SeriesSummary, values: Float64Array, t: Float64Array, originNs: bigint): void {
  let firstAt = -1;
  let lastAt = -1;
  let { min, max } = s;
  let points = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (Number.isNaN(v)) continue;
    if (firstAt < 0) firstAt = i;
    lastAt = i;
    points++;
    if (!(v >= min)) min = v;
    if (!(v <= max)) max = v;
  }
  if (firstAt < 0) return;
  if (s.points === 0) {
    s.first = values[firstAt] as number;
    s.tFirst = originNs + BigInt(Math.round(t[firstAt] as number));
  }
  s.last = values[lastAt] as number;
  s.tLast = originNs + BigInt(Math.round(t[lastAt] as number));
  s.min = min;
  s.max = max;
  s.points += points;
}

type Inserts = ReturnType<typeof prepareInserts>;
const prepared = new WeakMap<Database.Database, Inserts>();

function insertsOf(db: Database.Database): Inserts {
  let inserts = prepared.get(db);
  if (!inserts) {
    inserts = prepareInserts(db);
    prepared.set(db, inserts);
  }
  return inserts;
}

function prepareInserts(db: Database.Database) {
  const into = (table: string, columns: string) =>
    db.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (${columns
        .split(',')
        .map(() => '?')
        .join(', ')})`,
    );
  return {
    evidence: into(
      'evidence',
      'id, path, sha256, size_bytes, modified_ns, status, kind, dialect, confidence, parser, parser_version, lines, unknown_lines, truncated_at',
    ),
    reading: into('reading', 'evidence, n, kind, dialect, taken, counts'),
    warning: into('warning', 'evidence, n, code, severity, phase, position, args'),
    fact: into('fact', 'evidence, n, key, value, position'),
    anchor: into('anchor', 'evidence, n, domain, instance, lo_ns, hi_ns, basis, position'),
    event: into('event', 'evidence, n, kind, domain, instance, t_ns, position, data'),
    profile: into('profile', 'evidence, n, what, t_ns, summary'),
    frame: into('frame', 'evidence, frame, name, domain, instance, rows'),
    series: into(
      'series',
      'evidence, frame, col, metric, source_name, labels, points, min, max, first, last, t_first, t_last',
    ),
    chunk: into(
      'chunk',
      'evidence, frame, seq, rows, origin_ns, t_min, t_max, sorted, coarse_edges, edges, t, position',
    ),
    chunkColumn: into('chunk_column', 'evidence, frame, seq, col, coarse, pyramid, data'),
    tableChunk: into('table_chunk', 'evidence, name, seq, rows, from_ns, to_ns, data'),
  };
}
