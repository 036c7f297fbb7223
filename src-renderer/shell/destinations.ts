/** Places one can go to by name: evidence, series, findings. */
import type { Lanes } from '../../src-main/api/contract/calls.ts';
import type { DiagnoseDocument } from '../../src-main/api/contract/documents.ts';
import { navigation } from '../state/navigation.svelte.ts';

export interface Destination {
  readonly id: string;
  readonly kind: 'evidence' | 'series' | 'finding';
  /** May be out of evidence. */
  readonly title: string;
  readonly go: () => void;
}

export function destinations(report: DiagnoseDocument | null, lanes: Lanes | null): readonly Destination[] {
  if (!report) return [];
  const findings = report.findings.map(
    (f): Destination => ({
      id: `finding-${f.rank}`,
      kind: 'finding',
      title: f.title,
      go: () => navigation.push({ screen: 'home', selection: { kind: 'finding', rank: f.rank } }),
    }),
  );
  const series = (lanes?.lanes ?? []).flatMap((lane) =>
    lane.series.map(
      (s): Destination => ({
        id: `series-${s.id}`,
        kind: 'series',
        title: s.title === s.metric ? s.title : `${s.title} ${s.metric}`,
        go: () => navigation.push({ screen: 'timeline', hidden: navigation.view.hidden.filter((h) => h !== s.id) }),
      }),
    ),
  );
  const evidence = report.evidence.map(
    (e): Destination => ({
      id: `evidence-${e.id}`,
      kind: 'evidence',
      title: e.path,
      go: () => navigation.push({ screen: 'evidence', selection: { kind: 'evidence', evidence: e.id } }),
    }),
  );
  return [...findings, ...series, ...evidence];
}
