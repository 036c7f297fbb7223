/**
 * The report as an outline of blocks: what stands in it, in which order and words. PDF, HTML and Markdown each write these blocks down in their way.
 */

import type { Analysis } from '../analysis/diagnose.ts';
import type { DiagnoseDocument, FindingEntry, FindingEvidence } from '../api/contract/documents.ts';
import { formatDuration, formatFileSize } from '../api/contract/format.ts';
import type { Language } from '../api/contract/messages.ts';
import { culpritText } from './culprit-text.ts';
import type { ChartSpec } from './drawing/chart.ts';
import type { LadderBar } from './drawing/ladder-figure.ts';
import { ladderDepth } from './ladder-depth.ts';
import { chartsOf } from './outline-charts.ts';
import { Words } from './words.ts';

export type Tone = 'plain' | 'soft' | 'alarm' | 'calm' | 'unsure';

export interface OutlineColumn {
  readonly title: string;
  /** Part of the width; all of a table sum to 1. */
  readonly share: number;
  readonly align?: 'right';
}

export interface ListItem {
  readonly text: string;
  /** Where it was read and what kind of value it is; empty where it is advice. */
  readonly source: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'lead'; readonly text: string; readonly tone: Tone }
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone: Tone }
  | {
      readonly kind: 'list';
      readonly title: string;
      readonly mark: '+' | '−' | '·' | '→';
      readonly items: readonly ListItem[];
    }
  | {
      readonly kind: 'table';
      readonly columns: readonly OutlineColumn[];
      readonly rows: readonly (readonly string[])[];
      readonly isDense: boolean;
    }
  | { readonly kind: 'ladder'; readonly bars: readonly LadderBar[] }
  | { readonly kind: 'chart'; readonly chart: ChartSpec };

export interface Outline {
  readonly title: string;
  readonly language: Language;
  /** Stands at the foot of every page. */
  readonly foot: string;
  readonly blocks: readonly Block[];
}

const mostWarnings = 500;

export function outlineOf(analysis: Analysis, r: DiagnoseDocument, language: Language): Outline {
  const words = new Words(language);
  return {
    title: `Spanscope: ${r.case.name}`,
    language,
    foot: `Spanscope ${r.spanscope.version} · ${r.case.name} · journal ${r.journal.head.slice(0, 16)}`,
    blocks: [
      ...cover(r, words),
      ...ladder(r, words),
      ...timelines(analysis, r, words),
      ...findings(r, words),
      ...coverage(r, words),
      ...evidence(r, words),
      ...warnings(r, words),
    ],
  };
}

const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', level, text });
const paragraph = (text: string, tone: Tone = 'plain'): Block => ({ kind: 'paragraph', text, tone });
const joined = (parts: readonly string[]) => parts.filter((p) => p !== '').join('   ·   ');

function cover(r: DiagnoseDocument, words: Words): Block[] {
  const { runtime, process, window } = r.case;
  const tone = r.verdict === 'incident' ? 'alarm' : r.verdict === 'no_incident' ? 'calm' : 'unsure';
  return [
    heading(r.case.name),
    { kind: 'lead', text: r.verdict_text, tone },
    paragraph(
      joined([
        runtime ? runtime.version || runtime.name : '',
        process.name ? `${process.name}${process.pid === null ? '' : ` (pid ${process.pid})`}` : '',
        window.from && window.to
          ? `${window.from.slice(0, 19)}Z – ${window.to.slice(11, 19)}Z UTC (${formatDuration(window.seconds)})`
          : '',
      ]),
      'soft',
    ),
    {
      kind: 'table',
      isDense: false,
      columns: [
        { title: words.say('report/figure'), share: 0.3 },
        { title: words.say('report/value'), share: 0.22, align: 'right' },
        { title: words.say('report/where'), share: 0.48 },
      ],
      rows: r.cards.map((c) => [
        c.title,
        c.value ?? words.say('report/unknown'),
        [c.detail, c.evidence ? place(c.evidence, c) : ''].filter((x) => x !== '').join('   '),
      ]),
    },
  ];
}

function ladder(r: DiagnoseDocument, words: Words): Block[] {
  const l = r.ladder;
  if (!l) return [];
  const bar = (key: string, title: string, bytes: number, depth: number, basis: LadderBar['basis']): LadderBar => ({
    key,
    title,
    bytes,
    depth,
    basis,
    basisText: words.of(`basis/${basis}`),
  });
  const bars = l.rows.map((row) => bar(row.key, row.title, row.bytes, ladderDepth(l.rows, row.key), row.basis));
  if (l.limit) bars.unshift(bar('limit', words.of('ladder/limit.title'), l.limit.bytes, 0, 'measured'));
  if (l.unattributed !== 0)
    bars.push(bar('unattributed', words.of('ladder/unattributed.title'), l.unattributed, 1, 'estimated'));
  return [
    heading(words.say('report/ladder')),
    paragraph(words.say('report/ladder_at', { when: l.at?.slice(11, 19) ?? `+${l.at_s.toFixed(1)} s` }), 'soft'),
    { kind: 'ladder', bars },
  ];
}

function timelines(analysis: Analysis, r: DiagnoseDocument, words: Words): Block[] {
  const charts = chartsOf(analysis, r, words);
  if (charts.length === 0) return [];
  return [heading(words.say('report/timelines')), ...charts.map((chart): Block => ({ kind: 'chart', chart }))];
}

function findings(r: DiagnoseDocument, words: Words): Block[] {
  if (r.findings.length === 0) return [];
  const ruledOut = r.ruled_out.map((x) => x.title);
  return [
    heading(words.say('report/findings')),
    ...r.findings.flatMap((f) => finding(f, words)),
    ...(ruledOut.length === 0 ? [] : [heading(words.say('report/ruled_out'), 2), paragraph(joined(ruledOut), 'soft')]),
  ];
}

function finding(f: FindingEntry, words: Words): Block[] {
  const c = f.culprit;
  const list = (title: string, mark: '+' | '−', evidence: readonly FindingEvidence[]): Block[] =>
    evidence.length === 0
      ? []
      : [
          {
            kind: 'list',
            title,
            mark,
            items: evidence.map((e) => ({
              text: e.text,
              source: `${place(e.evidence, e)}, ${words.of(`basis/${e.label}`)}`,
            })),
          },
        ];
  return [
    heading(`${f.rank}. ${f.title}`, 2),
    paragraph(
      joined([
        words.say('report/confidence', {
          confidence: words.of(`confidence/${f.confidence}`),
          score: f.score.toFixed(2),
        }),
        f.onset === null
          ? ''
          : words.say('report/onset', {
              when: `${f.onset.slice(0, 23)}Z`,
              uncertainty: formatDuration(f.onset_uncertainty_s ?? 0),
            }),
        c ? culpritText(c) : '',
      ]),
      'soft',
    ),
    paragraph(f.explanation),
    ...list(words.say('report/for'), '+', f.evidence_for),
    ...list(words.say('report/against'), '−', f.evidence_against),
    ...(f.related.length === 0
      ? []
      : [
          {
            kind: 'list',
            title: words.say('report/related'),
            mark: '·',
            items: f.related.map((e) => ({ text: e.text, source: place(e.evidence, e) })),
          } as const,
        ]),
    ...(f.missing.length === 0
      ? []
      : [paragraph(`${words.say('report/missing')} ${f.missing.map((m) => m.title).join(', ')}`, 'soft')]),
    ...(f.next_steps.length === 0
      ? []
      : [{ kind: 'list', title: '', mark: '→', items: f.next_steps.map((text) => ({ text, source: '' })) } as const]),
  ];
}

function coverage(r: DiagnoseDocument, words: Words): Block[] {
  return [
    heading(words.say('report/coverage')),
    {
      kind: 'table',
      isDense: false,
      columns: [
        { title: words.say('report/kind'), share: 0.24 },
        { title: words.say('report/files'), share: 0.1, align: 'right' },
        { title: words.say('report/why'), share: 0.66 },
      ],
      rows: r.coverage.map((c) => [
        c.title,
        c.present ? String(c.count) : '–',
        c.present ? c.why_it_matters : `${c.why_it_matters}\n${c.how_to_collect}`,
      ]),
    },
  ];
}

function evidence(r: DiagnoseDocument, words: Words): Block[] {
  return [
    heading(words.say('report/evidence')),
    paragraph(words.say('report/journal', { entries: r.journal.entries, head: r.journal.head }), 'soft'),
    {
      kind: 'table',
      isDense: true,
      columns: [
        { title: words.say('report/name'), share: 0.34 },
        { title: words.say('report/kind'), share: 0.14 },
        { title: words.say('report/size'), share: 0.11, align: 'right' },
        { title: 'SHA-256', share: 0.41 },
      ],
      rows: [
        ...r.evidence.map((e) => [
          e.path,
          e.status === 'parsed' ? e.kind : `${e.kind} (${words.of(`status/${e.status}`)})`,
          formatFileSize(e.size),
          e.sha256,
        ]),
        ...r.containers.map((c) => [c.path, '', formatFileSize(c.size), c.sha256]),
      ],
    },
  ];
}

function warnings(r: DiagnoseDocument, words: Words): Block[] {
  const rows = [
    ...r.notes.map((n) => [n.evidence, '', n.message]),
    ...r.evidence.flatMap((e) =>
      e.warnings.map((w) => [e.path, w.line ? String(w.line) : w.offset ? `+${w.offset}` : '', w.message]),
    ),
  ];
  if (rows.length === 0) return [];
  return [
    heading(words.say('report/warnings')),
    {
      kind: 'table',
      isDense: true,
      columns: [
        { title: words.say('report/name'), share: 0.36 },
        { title: words.say('report/line'), share: 0.1, align: 'right' },
        { title: words.say('report/message'), share: 0.54 },
      ],
      rows: rows.slice(0, mostWarnings),
    },
  ];
}

function place(path: string, at: { readonly line?: number; readonly offset?: number }): string {
  const name = path.split('!/').at(-1) ?? path;
  return at.line === undefined ? (at.offset === undefined ? name : `${name} +${at.offset}`) : `${name}:${at.line}`;
}
