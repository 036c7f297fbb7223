/** `inspect`: what each file is and what was read from it, without judging the case. */
import { existsSync, statSync } from 'node:fs';
import { CaseData } from '../analysis/case-data.ts';
import { isSaneWall } from '../analysis/clock/case-clock.ts';
import { Case, type Imported, type ImportProgress } from '../case/case.ts';
import type { EvidenceRow, SeriesRow } from '../case/store/read-store.ts';
import { hashFile } from '../case/vault.ts';
import { positionFields, warningEntry } from '../report/report-model.ts';
import { Words } from '../report/words.ts';
import type { InspectDocument, InspectFile, SeriesEntry, WarningEntry } from './contract/documents.ts';
import { formatRfc3339 } from './contract/format.ts';
import { metricBasis, metricInfo } from './contract/metrics.ts';
import { type Service, version } from './service.ts';

export interface Inspection {
  readonly document: InspectDocument;
  readonly hasLosses: boolean;
  readonly isAnyReadable: boolean;
}

const words = new Words('en');

export async function inspectFiles(
  service: Service,
  paths: readonly string[],
  signal: AbortSignal,
  progress: (p: ImportProgress) => void,
): Promise<Inspection> {
  service.warm();
  const passing = Case.temporary('inspect');
  try {
    const imported = await passing.import(paths, { parse: service.parse, signal, progress });
    const files = new Inspector(passing, imported).files(paths);
    const losses = files.some(
      (f) =>
        f.status === 'failed' ||
        f.status === 'unreadable' ||
        f.warnings.some((w) => w.severity !== 'info' || w.code === 'archive/not_a_file'),
    );
    return {
      document: { spanscope: { version }, files },
      hasLosses: losses,
      isAnyReadable: files.some((f) => f.status === 'parsed' || f.status === 'recognised'),
    };
  } finally {
    passing.close();
  }
}

class Inspector {
  private readonly data: CaseData;
  private readonly imported: Imported;
  private readonly readings: ReturnType<Case['reader']['readings']>;

  constructor(source: Case, imported: Imported) {
    this.data = new CaseData(source);
    this.imported = imported;
    this.readings = source.reader.readings();
  }

  /** One entry for each path, in order; members of archives and folders behind theirs. */
  files(paths: readonly string[]): InspectFile[] {
    return paths.flatMap((path, input) => {
      const ids = this.imported.files.filter((f) => f.input === input).map((f) => f.id);
      const rows = ids.map((id) => this.data.evidenceById(id));
      const container = this.imported.containers.find((c) => c.input === input && !c.path.includes('!/'));
      const notes = this.imported.notes.filter((n) => n.input === input);
      const isFolder = existsSync(path) && statSync(path).isDirectory();
      const first = rows[0];
      if (!container && !isFolder && rows.length === 1 && first) return [this.file(first, path)];
      const inner = this.imported.containers.filter((c) => c.input === input).flatMap((c) => c.notes);
      const warnings: WarningEntry[] = [...inner, ...notes].map((n) => ({
        code: n.code,
        severity: n.severity,
        message: words.say(n.code, n.args),
      }));
      const self: InspectFile = {
        ...empty(
          path,
          container?.sizeBytes ?? sizeOf(path),
          container?.sha256 ?? (isFolder || !existsSync(path) ? null : safeHash(path)),
        ),
        kind: container || isFolder ? 'unknown' : null,
        status: rows.length > 0 ? 'parsed' : 'unreadable',
        parser: container ? 'archive' : isFolder ? 'folder' : null,
        counts: { members: rows.length },
        warnings:
          warnings.length === 0 && rows.length === 0
            ? [{ code: 'archive/empty', severity: 'data_loss', message: words.say('archive/empty') }]
            : warnings,
      };
      return [
        self,
        ...rows.map((row) =>
          this.file(row, container ? `${path}${row.path.slice(row.path.indexOf('!/'))}` : `${path}/${row.path}`),
        ),
      ];
    });
  }

  private file(row: EvidenceRow, path: string): InspectFile {
    const { data } = this;
    const own = this.readings.filter((r) => r.evidence === row.id);
    const facts = data.facts.filter((f) => f.evidence === row.id);
    const go = facts.find((f) => f.key === 'runtime.go');
    const pid = facts.find((f) => f.key === 'process.pid');
    const series = data.series.filter((s) => s.evidence === row.id);
    const profile = data.profiles.find((p) => p.evidence === row.id);
    const isGo = own.some(
      (r) =>
        r.kind === 'gctrace' ||
        r.kind === 'go-trace' ||
        r.kind === 'memstats' ||
        r.kind === 'expvar' ||
        r.kind === 'goroutine-text' ||
        r.kind === 'go-crash',
    );
    return {
      ...empty(path, row.sizeBytes, row.sha256),
      kind: row.kind,
      status: row.status,
      format_version: row.dialect === '' ? null : row.dialect,
      confidence: Math.round(row.confidence * 1e3) / 1e3,
      parser: row.parser ?? null,
      runtime: go ? { name: 'go', version: String(go.value) } : isGo ? { name: 'go', version: '' } : null,
      pid: pid ? Number(pid.value) : null,
      time: timeOf(series, traceOffset(data, row.id)),
      readings: Object.fromEntries(
        own.map((r, i) => [readingName(r.kind, r.dialect, i), { kind: r.kind, taken: r.taken, counts: r.counts }]),
      ),
      counts: own[0]?.counts ?? {},
      ...(profile ? { sample_types: profile.summary.sampleTypes.map((t) => `${t.type}/${t.unit}`) } : {}),
      series: series.map((s) => entryOf(s, path)),
      warnings: data.warnings.filter((w) => w.evidence === row.id).map((w) => warningEntry(w, words)),
      lines: row.lines ?? null,
      unknown_lines: row.unknownLines ?? null,
      truncated_at: row.truncatedAt ? positionFields(row.truncatedAt) : null,
    };
  }
}

function empty(path: string, size: number, sha256: string | null): InspectFile {
  return {
    path,
    size,
    sha256,
    kind: null,
    status: 'unreadable',
    format_version: null,
    confidence: 0,
    parser: null,
    runtime: null,
    pid: null,
    time: { first: null, last: null, clock: null },
    readings: {},
    counts: {},
    series: [],
    warnings: [],
    lines: null,
    unknown_lines: null,
    truncated_at: null,
  };
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function safeHash(path: string): string | null {
  try {
    return hashFile(path).sha256;
  } catch {
    return null;
  }
}

function readingName(kind: string, dialect: string, index: number): string {
  const first = dialect.split(/[ ,]/, 1)[0] ?? '';
  const name = /^(?:schedtrace|scavtrace|inittrace|gcpacertrace|allocfreetrace)$/.test(first) ? first : kind;
  return index === 0 || name !== kind ? name : `${name} ${index + 1}`;
}

/** Wall time at the start of a trace that tells it. */
function traceOffset(data: CaseData, evidence: number): bigint | undefined {
  const said = data.anchors.find((a) => a.evidence === evidence && a.clock.domain === 'trace');
  return said && (said.loNs + said.hiNs) / 2n;
}

function timeOf(series: readonly SeriesRow[], traceOffsetNs: bigint | undefined): InspectFile['time'] {
  let first: bigint | undefined;
  let last: bigint | undefined;
  for (const s of series) {
    const offsetNs = s.clock.domain === 'wall' ? 0n : s.clock.domain === 'trace' ? traceOffsetNs : undefined;
    if (offsetNs === undefined) continue;
    for (const ns of [s.tFirst + offsetNs, s.tLast + offsetNs]) {
      if (!isSaneWall(ns)) continue;
      if (first === undefined || ns < first) first = ns;
      if (last === undefined || ns > last) last = ns;
    }
  }
  const clock = first !== undefined ? 'wall' : (series[0]?.clock.domain ?? null);
  return {
    first: first === undefined ? null : formatRfc3339(first),
    last: last === undefined ? null : formatRfc3339(last),
    clock,
  };
}

function entryOf(s: SeriesRow, path: string): SeriesEntry {
  return {
    metric: s.metric,
    unit: metricInfo(s.metric).unit,
    labels: s.labels,
    evidence: path,
    source: s.sourceName,
    label: metricBasis(s.metric),
    points: s.points,
    min: s.min,
    max: s.max,
    first: s.first,
    last: s.last,
  };
}
