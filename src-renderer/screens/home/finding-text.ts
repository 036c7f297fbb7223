/** A finding as plain text that can be pasted into a ticket. */
import type { CulpritEntry, FindingEntry, FindingEvidence } from '../../../src-main/api/contract/documents.ts';
import { placeSuffix } from '../../parts/place.ts';

export interface FindingWords {
  readonly confidence: (confidence: FindingEntry['confidence']) => string;
  readonly support: string;
  readonly against: string;
  readonly related: string;
  readonly missing: string;
  readonly culprit: string;
  readonly steps: string;
  readonly onset: string;
}

/** The culprit in one line: function and place, mapping, category, setting. */
export function culpritText(culprit: CulpritEntry): string {
  const place = culprit.file ? `${culprit.file}${culprit.line === undefined ? '' : `:${culprit.line}`}` : '';
  const names = [
    culprit.function,
    place,
    culprit.mapping,
    culprit.nmt_category,
    culprit.setting,
    culprit.span_class === undefined ? undefined : `spanClass ${culprit.span_class}`,
  ];
  return names.filter(Boolean).join(' · ');
}

export function findingText(finding: FindingEntry, words: FindingWords): string {
  const signal = (e: FindingEvidence) => `  - ${e.text} (${e.evidence}${placeSuffix(e)})`;
  const block = (title: string, lines: readonly string[]) => (lines.length > 0 ? [title, ...lines, ''] : []);
  return [
    `${finding.title} (${words.confidence(finding.confidence)})`,
    finding.explanation,
    ...(finding.onset ? [`${words.onset} ${finding.onset}`] : []),
    '',
    ...block(
      words.culprit,
      finding.culprits.map((c) => `  - ${culpritText(c)}`),
    ),
    ...block(words.support, finding.evidence_for.map(signal)),
    ...block(words.against, finding.evidence_against.map(signal)),
    ...block(
      words.related,
      finding.related.map((r) => `  - ${r.text} (${r.evidence}${placeSuffix(r)})`),
    ),
    ...block(
      words.missing,
      finding.missing.map((m) => `  - ${m.title}${m.how_to_collect ? `: ${m.how_to_collect}` : ''}`),
    ),
    ...block(
      words.steps,
      finding.next_steps.map((s) => `  - ${s}`),
    ),
  ]
    .join('\n')
    .trim();
}
