/**
 * The report on paper, from the same model as the screen: verdict, figures, ladder, timelines as vector charts, findings with their evidence and source lines,
 * coverage, evidence with hashes, warnings.
 */

import { rate } from '../../analysis/curve.ts';
import type { Analysis } from '../../analysis/diagnose.ts';
import { drawnSeries, laneSpecs } from '../../analysis/lanes.ts';
import type { DiagnoseDocument, FindingEntry, FindingEvidence } from '../../api/contract/documents.ts';
import { formatBytes, formatDuration, formatFileSize } from '../../api/contract/format.ts';
import type { Language } from '../../api/contract/messages.ts';
import { metricInfo } from '../../api/contract/metrics.ts';
import { ladderDepth } from '../ladder-depth.ts';
import { killTime, whenText } from '../verdict-text.ts';
import { Words } from '../words.ts';
import { type ChartMark, type ChartSeries, type ChartSpec, drawChart } from './chart.ts';
import { contentWidth, Flow } from './flow.ts';
import { loadFonts } from './fonts.ts';
import { ink } from './palette.ts';

export async function renderPdf(
  analysis: Analysis,
  report: DiagnoseDocument,
  language: Language,
  fontFolder: string,
): Promise<Uint8Array> {
  const words = new Words(language);
  const flow = new Flow(`Spanscope: ${report.case.name}`, language, loadFonts(fontFolder));
  cover(flow, report, words);
  ladder(flow, report, words);
  timelines(flow, analysis, report, words);
  findings(flow, report, words);
  coverage(flow, report, words);
  evidence(flow, report, words);
  warnings(flow, report, words);
  return await flow.end(
    `Spanscope ${report.spanscope.version} · ${report.case.name} · journal ${report.journal.head.slice(0, 16)}`,
  );
}

function cover(flow: Flow, r: DiagnoseDocument, words: Words): void {
  flow.paragraph('Spanscope', { size: 9, colour: ink.soft, gap: 2 });
  flow.heading(r.case.name);
  const colour = r.verdict === 'incident' ? ink.alarm : r.verdict === 'no_incident' ? ink.calm : ink.unsure;
  flow.paragraph(r.verdict_text, { size: 13, bold: true, colour, gap: 6 });
  const facts = [
    r.case.runtime ? r.case.runtime.version || r.case.runtime.name : '',
    r.case.process.name
      ? `${r.case.process.name}${r.case.process.pid === null ? '' : ` (pid ${r.case.process.pid})`}`
      : '',
    r.case.window.from && r.case.window.to
      ? `${r.case.window.from.slice(0, 19)}Z – ${r.case.window.to.slice(11, 19)}Z UTC (${formatDuration(r.case.window.seconds)})`
      : '',
  ].filter((f) => f !== '');
  flow.paragraph(facts.join('   ·   '), { colour: ink.soft, gap: 8 });
  flow.table(
    [
      { title: words.say('report/figure'), width: 150 },
      { title: words.say('report/value'), width: 110, align: 'right' },
      { title: words.say('report/where'), width: contentWidth - 260 },
    ],
    r.cards.map((c) => [
      c.title,
      c.value ?? words.say('report/unknown'),
      [c.detail, c.evidence ? place(c.evidence, c) : ''].filter((x) => x !== '').join('   '),
    ]),
    8.5,
  );
}

function ladder(flow: Flow, r: DiagnoseDocument, words: Words): void {
  const l = r.ladder;
  if (!l) return;
  flow.heading(words.say('report/ladder'));
  flow.paragraph(words.say('report/ladder_at', { when: l.at?.slice(11, 19) ?? `+${l.at_s.toFixed(1)} s` }), {
    colour: ink.soft,
  });
  const rows = [
    ...(l.limit
      ? [
          {
            key: 'limit',
            title: words.of('ladder/limit.title'),
            bytes: l.limit.bytes,
            depth: 0,
            basis: 'measured',
            colour: '#c2410c',
          },
        ]
      : []),
    ...l.rows.map((row) => ({
      key: row.key,
      title: row.title,
      bytes: row.bytes,
      depth: ladderDepth(r.ladder?.rows ?? [], row.key),
      basis: row.basis,
      colour: ladderColours[row.key] ?? '#7a8190',
    })),
    ...(l.unattributed === 0
      ? []
      : [
          {
            key: 'unattributed',
            title: words.of('ladder/unattributed.title'),
            bytes: l.unattributed,
            depth: 1,
            basis: 'estimated',
            colour: '#7a8190',
          },
        ]),
  ];
  const top = Math.max(...rows.map((x) => Math.abs(x.bytes)), 1);
  const rowHeight = 14;
  const alt = rows.map((x) => `${x.title} ${formatBytes(x.bytes)}`).join('; ');
  flow.figure(rows.length * rowHeight + 4, alt, (x, y) => {
    const { doc } = flow;
    rows.forEach((row, i) => {
      const at = y + i * rowHeight;
      const bar = (Math.abs(row.bytes) / top) * 220;
      doc
        .font('regular')
        .fontSize(8.5)
        .fillColor(ink.text)
        .text(flow.printable(row.title), x + row.depth * 12, at + 1, { width: 170, lineBreak: false });
      doc.rect(x + 180, at + 1, Math.max(0.5, bar), 9);
      if (row.basis === 'measured') doc.fillColor(row.colour).fill();
      else doc.lineWidth(0.8).strokeColor(row.colour).dash(2, { space: 1.5 }).stroke().undash();
      doc
        .fillColor(ink.text)
        .text(formatBytes(row.bytes), x + 405, at + 1, { width: 60, align: 'right', lineBreak: false });
      doc
        .fillColor(ink.soft)
        .fontSize(7)
        .text(words.of(`basis/${row.basis}`), x + 470, at + 2, { lineBreak: false });
    });
  });
}

const ladderColours: Readonly<Record<string, string>> = {
  rss: '#b36b00',
  cgroup: '#8f5902',
  go: '#00559a',
  heap_in_use: '#1787c9',
  heap_live: '#1787c9',
  heap_dead: '#6b5bd2',
  heap_idle: '#7a8190',
  stacks: '#00785a',
  lazy_free: '#aab0bb',
  malloc: '#9a7b1f',
  files: '#9a7b1f',
};

/** One chart a lane, each on the same time axis. */
function timelines(flow: Flow, analysis: Analysis, r: DiagnoseDocument, words: Words): void {
  const { timeline } = analysis;
  if (!(timeline.to > timeline.from)) return;
  const drawn = drawnSeries(analysis);
  const marks = marksOf(analysis, r, words);
  const charts: ChartSpec[] = [];
  const common = { from: timeline.from, to: timeline.to, marks, timeText: (t: number) => whenText(analysis, t) };
  for (const lane of laneSpecs) {
    if (lane.kind === 'pauses') {
      const pauses = timeline.track('gc_pause_seconds');
      if (pauses && pauses.t.length > 0) {
        const dots: ChartSeries = { title: '', role: 'limit', t: pauses.t, v: pauses.v, isDots: true };
        charts.push({
          ...common,
          title: words.say('lane/pauses'),
          unit: 'seconds',
          series: [dots],
          limit: undefined,
          isLog: true,
        });
      }
      continue;
    }
    if (lane.kind !== 'lines') continue;
    const series: ChartSeries[] = [];
    for (const [metric, role, isRate] of lane.members) {
      const s = drawn.get(`${metric}${isRate ? '-rate' : ''}`);
      if (!s || s.track.t.length < 2) continue;
      const curve = isRate ? rate(s.track) : s.track;
      series.push({ title: words.of(`metric/${role}`), role, t: curve.t, v: curve.v });
    }
    if (series.length === 0) continue;
    const unit = lane.members[0]?.[2] ? 'per_second' : metricInfo(lane.members[0]?.[0] ?? '').unit;
    charts.push({
      ...common,
      title: words.of(`lane/${lane.key}`),
      unit,
      series,
      limit: lane.key === 'memory' ? r.ladder?.limit?.bytes : undefined,
    });
  }
  if (charts.length === 0) return;
  flow.heading(words.say('report/timelines'));
  for (const chart of charts) {
    const alt = chart.series.map((s) => `${s.title}: ${s.t.length}`).join('; ');
    flow.figure(116, `${chart.title}. ${alt}`, (x, y) =>
      drawChart(flow.doc, chart, x, y, contentWidth, 108, (s) => flow.printable(s)),
    );
  }
}

function marksOf(analysis: Analysis, r: DiagnoseDocument, words: Words): ChartMark[] {
  const out: ChartMark[] = [];
  const onset = r.findings[0]?.onset_s;
  if (onset !== undefined && onset !== null && r.verdict === 'incident')
    out.push({ t: onset, title: words.say('mark/onset'), isAlarm: true });
  const killed = killTime(analysis);
  if (killed !== undefined && killed <= analysis.timeline.to + 5)
    out.push({ t: killed, title: words.say('card/kill'), isAlarm: true });
  return out;
}

function findings(flow: Flow, r: DiagnoseDocument, words: Words): void {
  if (r.findings.length === 0) return;
  flow.heading(words.say('report/findings'));
  for (const f of r.findings) finding(flow, f, words);
  if (r.ruled_out.length === 0) return;
  flow.heading(words.say('report/ruled_out'), 2);
  flow.paragraph(r.ruled_out.map((x) => x.title).join('   ·   '), { size: 8, colour: ink.soft });
}

function finding(flow: Flow, f: FindingEntry, words: Words): void {
  flow.heading(`${f.rank}. ${f.title}`, 2);
  const c = f.culprit;
  const head = [
    words.say('report/confidence', { confidence: words.of(`confidence/${f.confidence}`), score: f.score.toFixed(2) }),
    f.onset === null
      ? ''
      : words.say('report/onset', {
          when: `${f.onset.slice(0, 23)}Z`,
          uncertainty: formatDuration(f.onset_uncertainty_s ?? 0),
        }),
    c ? `${c.function ?? c.mapping ?? c.setting ?? ''}${c.file ? ` (${c.file}:${c.line})` : ''}` : '',
  ].filter((x) => x !== '');
  flow.paragraph(head.join('   ·   '), { size: 8.5, colour: ink.soft });
  flow.paragraph(f.explanation);
  const lines = (title: string, list: readonly FindingEvidence[]) => {
    if (list.length === 0) return;
    flow.room(32);
    flow.paragraph(title, { size: 8.5, bold: true, gap: 1 });
    for (const e of list)
      flow.paragraph(`${e.text}   [${place(e.evidence, e)}, ${words.of(`basis/${e.label}`)}]`, {
        size: 8.5,
        indent: 10,
        gap: 1,
      });
    flow.gap(2);
  };
  lines(words.say('report/for'), f.evidence_for);
  lines(words.say('report/against'), f.evidence_against);
  if (f.missing.length > 0)
    flow.paragraph(`${words.say('report/missing')} ${f.missing.map((m) => m.title).join(', ')}`, {
      size: 8.5,
      colour: ink.soft,
    });
  for (const step of f.next_steps) flow.paragraph(`→ ${step}`, { size: 9, indent: 10, gap: 1 });
  flow.gap(6);
}

function coverage(flow: Flow, r: DiagnoseDocument, words: Words): void {
  flow.heading(words.say('report/coverage'));
  flow.table(
    [
      { title: words.say('report/kind'), width: 120 },
      { title: words.say('report/files'), width: 50, align: 'right' },
      { title: words.say('report/why'), width: contentWidth - 170 },
    ],
    r.coverage.map((c) => [
      c.title,
      c.present ? String(c.count) : '–',
      c.present ? c.why_it_matters : `${c.why_it_matters}\n${c.how_to_collect}`,
    ]),
  );
}

function evidence(flow: Flow, r: DiagnoseDocument, words: Words): void {
  flow.heading(words.say('report/evidence'));
  flow.paragraph(words.say('report/journal', { entries: r.journal.entries, head: r.journal.head }), {
    size: 8,
    colour: ink.soft,
  });
  flow.table(
    [
      { title: words.say('report/name'), width: 170 },
      { title: words.say('report/kind'), width: 70 },
      { title: words.say('report/size'), width: 55, align: 'right' },
      { title: 'SHA-256', width: contentWidth - 295 },
    ],
    r.evidence.map((e) => [
      e.path,
      e.status === 'parsed' ? e.kind : `${e.kind} (${words.of(`status/${e.status}`)})`,
      formatFileSize(e.size),
      e.sha256,
    ]),
    7,
  );
  for (const c of r.containers)
    flow.paragraph(`${c.path}   ${formatFileSize(c.size)}   ${c.sha256}`, { size: 7, colour: ink.soft });
}

function warnings(flow: Flow, r: DiagnoseDocument, words: Words): void {
  const rows = [
    ...r.notes.map((n) => [n.evidence, '', n.message]),
    ...r.evidence.flatMap((e) =>
      e.warnings.map((w) => [e.path, w.line ? String(w.line) : w.offset ? `+${w.offset}` : '', w.message]),
    ),
  ];
  if (rows.length === 0) return;
  flow.heading(words.say('report/warnings'));
  flow.table(
    [
      { title: words.say('report/name'), width: 180 },
      { title: words.say('report/line'), width: 50, align: 'right' },
      { title: words.say('report/message'), width: contentWidth - 230 },
    ],
    rows.slice(0, 500),
    7.5,
  );
}

function place(path: string, at: { readonly line?: number; readonly offset?: number }): string {
  const name = path.split('!/').at(-1) ?? path;
  return at.line === undefined ? (at.offset === undefined ? name : `${name} +${at.offset}`) : `${name}:${at.line}`;
}
