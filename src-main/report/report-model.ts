/**
 * The one model that every output is made of: the JSON of `diagnose`, the screens, the PDF. All words are in the language asked for; every figure names the
 * evidence and the line or offset it was read from.
 */

import { isSaneWall } from '../analysis/clock/case-clock.ts';
import { collectedBy, coverageOf } from '../analysis/coverage.ts';
import { culpritsOf } from '../analysis/culprit.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import type { Scored } from '../analysis/hypotheses/score.ts';
import { type Ladder, ladderAt, peakMoment } from '../analysis/ladder.ts';
import { type Onset, onsetOf } from '../analysis/onset.ts';
import { type Related, relatedOf } from '../analysis/related-source.ts';
import type { Signal } from '../analysis/signals/signal.ts';
import type {
  ClockEntry,
  CoverageEntry,
  DiagnoseDocument,
  EvidenceEntry,
  FindingEntry,
  FindingEvidence,
  LadderDocument,
  RelatedEntry,
  WarningEntry,
} from '../api/contract/documents.ts';
import type { Position } from '../api/contract/evidence.ts';
import { formatDuration, formatRfc3339 } from '../api/contract/format.ts';
import type { Language } from '../api/contract/messages.ts';
import type { WarningRow } from '../case/store/read-store.ts';
import { cardsOf } from './cards.ts';
import { verdictText } from './verdict-text.ts';
import { Words } from './words.ts';

export interface ReportOptions {
  readonly language: Language;
  readonly version: string;
  /** Moment of the ladder, seconds since origin; the peak where none is given. */
  readonly ladderAt?: number;
}

export function buildReport(analysis: Analysis, options: ReportOptions): DiagnoseDocument {
  return new ReportBuilder(analysis, options).build();
}

/** `line` for text evidence, `offset` for binary. */
export function placeFields(isText: boolean, position: number): { line?: number; offset?: number } {
  if (position <= 0) return {};
  return isText ? { line: position } : { offset: position };
}

export function positionFields(at: Position | undefined): { line?: number; offset?: number } {
  if (!at) return {};
  return 'line' in at ? { line: at.line } : { offset: at.offset };
}

export function warningEntry(w: Pick<WarningRow, 'code' | 'severity' | 'at' | 'args'>, words: Words): WarningEntry {
  return { ...positionFields(w.at), code: w.code, severity: w.severity, message: words.say(w.code, w.args) };
}

class ReportBuilder {
  private readonly a: Analysis;
  private readonly words: Words;
  private readonly options: ReportOptions;

  constructor(analysis: Analysis, options: ReportOptions) {
    this.a = analysis;
    this.words = new Words(options.language);
    this.options = options;
  }

  build(): DiagnoseDocument {
    const { data, runtime, timeline } = this.a;
    const at = this.options.ladderAt ?? peakMoment(this.a.scene);
    const ladder = at === undefined ? undefined : ladderAt(this.a.scene, at);
    const findings = this.a.findings.map((f, i) => this.finding(f, i + 1));
    const chain = data.source.journal.read();
    return {
      spanscope: { version: this.options.version },
      case: {
        id: data.source.id,
        name: data.source.name,
        runtime: runtime ?? null,
        process: {
          name: data.fact('process.name')?.value ?? null,
          pid: data.fact('process.pid')?.value ?? null,
          start: this.time(timeline.processStart),
        },
        window: {
          from: this.time(timeline.from),
          to: this.time(timeline.to),
          seconds: timeline.to - timeline.from,
          has_wall: timeline.hasWall,
        },
      },
      verdict: this.a.verdict,
      verdict_text: verdictText(this.a, findings, this.words),
      cards: cardsOf(this.a, this.words),
      coverage: this.coverage(),
      evidence: this.evidence(findings),
      containers: data.source.reader.containers().map((c) => ({ path: c.path, sha256: c.sha256, size: c.sizeBytes })),
      notes: data.source.openingNotes().map((n) => ({
        evidence: n.container,
        code: n.code,
        severity: n.severity,
        message: this.words.say(n.code, n.args),
      })),
      clock: this.clock(),
      clock_unplaced: this.a.clock.unplaced.map((u) => ({
        evidence: this.path(u.evidence),
        clock: u.clock.domain,
        contradicting: u.contradicting,
      })),
      ladder: ladder ? this.ladder(ladder) : null,
      findings,
      ruled_out: this.a.ruledOut.map((r) => this.ruledOut(r)),
      journal: { entries: chain.entries.length, head: chain.entries.at(-1)?.hash ?? '', chain_ok: chain.ok },
    };
  }

  private time(t: number | undefined): string | null {
    const ns = t === undefined ? undefined : this.a.timeline.wallNs(t);
    return ns === undefined ? null : formatRfc3339(ns);
  }

  private isText(evidence: number): boolean {
    return evidence > 0 && this.a.data.evidenceById(evidence).parser !== 'pprof';
  }

  private path(evidence: number): string {
    return evidence > 0 ? this.a.data.evidenceById(evidence).path : '';
  }

  private finding(scored: Scored, rank: number): FindingEntry {
    const { timeline, scene } = this.a;
    const onset: Onset | undefined = onsetOf(scene, scored);
    const culprits = culpritsOf(scene, scored);
    const key = this.words.causeKey(scored.hypothesis.cause);
    const start = timeline.processStart ?? timeline.from;
    const steps: string[] = [];
    for (let i = 1; this.words.has(`${key}.step${i}`); i++) steps.push(this.words.of(`${key}.step${i}`));
    return {
      rank,
      cause: scored.hypothesis.cause,
      title: this.words.of(`${key}.title`),
      explanation: this.words.of(`${key}.text`),
      benign: scored.hypothesis.benign ?? false,
      confidence: scored.confidence,
      score: round(scored.score),
      onset: this.time(onset?.t),
      onset_t_rel_s: onset ? round(onset.t - start) : null,
      onset_s: onset ? round(onset.t) : null,
      onset_uncertainty_s: onset ? round(onset.uncertainty) : null,
      onset_metric: onset?.metric ?? null,
      culprit: culprits[0] ?? null,
      culprits,
      evidence_for: scored.support.map((s) => this.signal(s)),
      evidence_against: scored.against.map((s) => this.signal(s)),
      related: relatedOf(scene, culprits, onset?.t).map((r) => this.related(r)),
      missing: scored.missing.map((id) => {
        const kind = collectedBy(id);
        return {
          signal: id,
          title: this.words.of(`signal/${id}.title`),
          how_to_collect: kind ? this.words.of(`coverage/${kind}.how`) : '',
        };
      }),
      next_steps: steps,
    };
  }

  private related(r: Related): RelatedEntry {
    const text =
      r.kind === 'escape'
        ? this.words.say('related/escape', {
            place: r.place,
            subject: r.subject,
            moved: r.isMoved ? 'yes' : 'no',
            reason: r.reason,
            why: r.reason === '' ? 'no' : 'yes',
          })
        : this.words.say('related/change', {
            id: r.id,
            subject: r.subject,
            before: formatDuration(r.before),
            touches: r.touches === '' ? 'no' : 'yes',
            file: r.touches,
            topics: r.topics.join(', '),
            mentions: r.topics.length === 0 ? 'no' : 'yes',
          });
    return { kind: r.kind, text, evidence: this.path(r.evidence), line: r.line };
  }

  private signal(s: Signal): FindingEvidence {
    return {
      signal: s.id,
      title: this.words.of(`signal/${s.id}.title`),
      text: this.words.signal(s),
      value: s.value,
      unit: s.unit,
      threshold: s.threshold,
      threshold_source: this.a.scene.thresholds[s.id].source,
      subject: s.subject,
      label: s.basis,
      evidence: this.path(s.evidence),
      ...placeFields(this.isText(s.evidence), s.position),
    };
  }

  private ruledOut(r: Scored): DiagnoseDocument['ruled_out'][number] {
    const by = r.ruledOutBy ?? '';
    const signal = this.a.signals.get(by as Signal['id']);
    return {
      cause: r.hypothesis.cause,
      title: this.words.of(`${this.words.causeKey(r.hypothesis.cause)}.title`),
      by,
      text: signal ? this.words.signal(signal) : '',
    };
  }

  private coverage(): CoverageEntry[] {
    return [...coverageOf(this.a.data)].map(([kind, count]) => ({
      kind,
      present: count > 0,
      count,
      title: this.words.of(`coverage/${kind}.title`),
      why_it_matters: this.words.of(`coverage/${kind}.why`),
      how_to_collect: this.words.of(`coverage/${kind}.how`),
    }));
  }

  private evidence(findings: readonly FindingEntry[]): EvidenceEntry[] {
    const { data } = this.a;
    const used = new Map<string, Set<number>>();
    for (const f of findings) {
      for (const e of f.evidence_for) {
        const set = used.get(e.evidence) ?? new Set<number>();
        set.add(f.rank);
        used.set(e.evidence, set);
      }
    }
    const times = this.times();
    return data.evidence.map((e) => ({
      id: e.id,
      path: e.path,
      kind: e.kind,
      dialect: e.dialect,
      status: e.status,
      size: e.sizeBytes,
      sha256: e.sha256,
      confidence: round(e.confidence),
      parser: e.parser ?? null,
      lines: e.lines ?? null,
      unknown_lines: e.unknownLines ?? null,
      time: times.get(e.id) ?? { first: null, last: null },
      warnings: data.warnings.filter((w) => w.evidence === e.id).map((w) => warningEntry(w, this.words)),
      truncated_at: e.truncatedAt ? positionFields(e.truncatedAt) : null,
      used_by: [...(used.get(e.path) ?? [])].sort((a, b) => a - b),
    }));
  }

  /** First and last wall time of each evidence. */
  private times(): ReadonlyMap<number, { first: string | null; last: string | null }> {
    const spans = new Map<number, { first: bigint; last: bigint }>();
    for (const s of this.a.data.series) {
      const offset = this.a.clock.of(s.evidence, s.clock);
      if (!offset) continue;
      for (const ns of [s.tFirst + offset.offsetNs, s.tLast + offset.offsetNs]) {
        if (!isSaneWall(ns)) continue;
        const span = spans.get(s.evidence);
        if (!span) spans.set(s.evidence, { first: ns, last: ns });
        else {
          if (ns < span.first) span.first = ns;
          if (ns > span.last) span.last = ns;
        }
      }
    }
    return new Map(
      [...spans].map(([id, { first, last }]) => [id, { first: formatRfc3339(first), last: formatRfc3339(last) }]),
    );
  }

  private clock(): ClockEntry[] {
    return this.a.clock.all().map((o) => ({
      evidence: this.path(o.evidence),
      clock: o.clock.instance > 0 ? `${o.clock.domain} ${o.clock.instance}` : o.clock.domain,
      offset_ns: String(o.offsetNs),
      uncertainty_ns: String(o.uncertaintyNs),
      basis: o.basis,
      basis_text: this.words.of(`clock/${o.basis}`),
      conflicts: o.conflicts,
    }));
  }

  private ladder(ladder: Ladder): LadderDocument {
    return {
      at: this.time(ladder.at),
      at_s: round(ladder.at),
      total: ladder.total,
      rows: ladder.rows.map((r) => ({
        key: r.key,
        parent: r.parent ?? null,
        bytes: r.bytes,
        basis: r.basis,
        label: r.basis,
        title: this.words.of(`ladder/${r.key}.title`),
        definition: this.words.of(`ladder/${r.key}.text`),
        evidence: this.path(r.evidence),
        ...placeFields(this.isText(r.evidence), r.position),
        from: r.from,
        age_s: round(r.age),
      })),
      unattributed: ladder.unattributed,
      limit: ladder.limit
        ? {
            bytes: ladder.limit.bytes,
            evidence: this.path(ladder.limit.evidence),
            ...placeFields(this.isText(ladder.limit.evidence), ladder.limit.position),
          }
        : null,
    };
  }
}

export function round(x: number): number {
  return Number.isFinite(x) ? Math.round(x * 1e6) / 1e6 : 0;
}
