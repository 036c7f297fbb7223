import { writeFileSync } from 'node:fs';
import type { DiagnoseDocument } from '../../../api/contract/documents.ts';
import { escapeControls, formatBytes } from '../../../api/contract/format.ts';
import { type Language, languages } from '../../../api/contract/messages.ts';
import { culpritText } from '../../../report/culprit-text.ts';
import { ladderDepth } from '../../../report/ladder-depth.ts';
import { type Command, exit, isSet, text, UsageError } from '../command.ts';

export const diagnoseCommand: Command = {
  name: 'diagnose',
  usage: 'diagnose BUNDLE... [--json] [--pdf FILE] [--html FILE] [--md FILE] [--lang en|zh-CN] [--case DIR]',
  options: {
    pdf: { type: 'string' },
    html: { type: 'string' },
    md: { type: 'string' },
    lang: { type: 'string' },
    case: { type: 'string' },
  },
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('diagnose needs a bundle');
    const language = languageOf(text(values, 'lang'));
    const session = await service.open({
      inputs: args,
      caseFolder: text(values, 'case'),
      signal,
      progress: (p) =>
        terminal.progress(
          `${p.phase} ${formatBytes(p.doneBytes)}${p.totalBytes > 0 ? ` of ${formatBytes(p.totalBytes)}` : ''} ${p.file}`,
        ),
    });
    try {
      const document = session.report(language);
      for (const note of document.notes)
        if (note.severity !== 'info') terminal.warn(`${note.evidence}: ${note.message}`);
      for (const e of document.evidence)
        for (const w of e.warnings) if (w.severity !== 'info') terminal.warn(`${e.path}: ${w.message}`);
      const pdf = text(values, 'pdf');
      if (pdf !== undefined) writeFileSync(pdf, await session.pdf(language));
      const html = text(values, 'html');
      if (html !== undefined) writeFileSync(html, session.html(language));
      const markdown = text(values, 'md');
      if (markdown !== undefined) writeFileSync(markdown, session.markdown(language));
      if (isSet(values, 'json')) await terminal.json(document);
      else await terminal.write(inWords(document));
      return exitOf(document);
    } finally {
      session.close();
    }
  },
};

export function languageOf(value: string | undefined): Language {
  if (value === undefined) return 'en';
  const known = languages.find((l) => l === value);
  if (!known) throw new UsageError(`--lang takes ${languages.join(' or ')}`);
  return known;
}

/** 3: nothing in the bundle could be read; 1: something was lost on the way; 0: all well. */
export function exitOf(document: DiagnoseDocument): number {
  if (!document.evidence.some((e) => e.status === 'parsed' || e.status === 'recognised')) return exit.nothingReadable;
  const isLoss = (severity: string, code: string) => severity !== 'info' || code === 'archive/not_a_file';
  const lost =
    document.notes.some((n) => isLoss(n.severity, n.code)) ||
    document.evidence.some((e) => e.status === 'failed' || e.warnings.some((w) => isLoss(w.severity, w.code)));
  return lost ? exit.doneWithLosses : exit.done;
}

function inWords(d: DiagnoseDocument): string {
  const out = [d.verdict_text, ''];
  for (const f of d.findings) {
    out.push(`${f.rank}. ${f.title} (${f.confidence}, ${f.score.toFixed(2)})`);
    const c = f.culprit;
    if (c) out.push(`   ${culpritText(c)}`);
    if (f.onset !== null) out.push(`   onset ${f.onset} ± ${f.onset_uncertainty_s} s`);
    for (const e of f.evidence_for) out.push(`   + ${e.text}   [${e.evidence}${e.line ? `:${e.line}` : ''}]`);
    for (const e of f.evidence_against) out.push(`   - ${e.text}   [${e.evidence}${e.line ? `:${e.line}` : ''}]`);
    for (const e of f.related) out.push(`   · ${e.text}   [${e.evidence}:${e.line}]`);
    for (const s of f.next_steps) out.push(`   > ${s}`);
    out.push('');
  }
  if (d.ladder) {
    if (d.ladder.limit) out.push(`${'limit'.padEnd(40)} ${formatBytes(d.ladder.limit.bytes).padStart(10)}  measured`);
    for (const r of d.ladder.rows) {
      const indent = 2 * ladderDepth(d.ladder.rows, r.key);
      out.push(`${' '.repeat(indent)}${r.title.padEnd(40 - indent)} ${formatBytes(r.bytes).padStart(10)}  ${r.basis}`);
    }
    if (d.ladder.unattributed !== 0) out.push(`  unattributed ${formatBytes(d.ladder.unattributed)}`);
    out.push('');
  }
  return `${out.map(escapeControls).join('\n')}\n`;
}
