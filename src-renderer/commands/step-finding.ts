import { navigation } from '../state/navigation.svelte.ts';
import type { Workbench } from '../state/workbench.svelte.ts';

/** The next finding, or the one before; on the timeline the cursor goes to its onset. */
export function stepFinding(workbench: Workbench, direction: 1 | -1): void {
  const findings = workbench.report?.findings ?? [];
  if (findings.length === 0) return;
  const { view } = navigation;
  const now = view.selection?.kind === 'finding' ? view.selection.rank : direction > 0 ? 0 : findings.length + 1;
  const rank = ((now - 1 + direction + findings.length) % findings.length) + 1;
  const finding = findings[rank - 1];
  if (!finding) return;
  const selection = { kind: 'finding', rank } as const;
  if (view.screen === 'timeline')
    navigation.push({ selection, ...(finding.onset_s === null ? {} : { cursor: finding.onset_s }) });
  else navigation.push({ screen: 'home', selection });
}
