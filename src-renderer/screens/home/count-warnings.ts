import type { DiagnoseDocument } from '../../../src-main/api/contract/documents.ts';

/** What was not read as it should be, by code; mere remarks are left out. */
export function countWarnings(
  report: Pick<DiagnoseDocument, 'evidence' | 'notes'>,
): readonly { readonly code: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  const all = [...report.notes, ...report.evidence.flatMap((e) => e.warnings)];
  for (const { code, severity } of all) if (severity !== 'info') counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
}
