/** The ladder at many moments of a real recording: it must add up, and each row must lead to its bytes. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysis, analyse } from '../../../src-main/analysis/diagnose.ts';
import { ladderAt, peakMoment } from '../../../src-main/analysis/ladder.ts';
import { Case } from '../../../src-main/case/case.ts';
import { parseHere } from '../case/parse-here.ts';
import { analysisOf } from './case-of-texts.ts';

const sample = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'bundle');
let opened: Case;
let analysis: Analysis;

beforeAll(async () => {
  opened = Case.temporary('ladder');
  await opened.import([sample], { parse: parseHere });
  analysis = analyse(opened);
});
afterAll(() => opened.close());

describe('ladderAt', () => {
  it('adds up at every moment: leaves and the unattributed are the total, siblings no more than their parent', () => {
    const track = analysis.timeline.track('rss_bytes');
    expect(track?.t.length).toBeGreaterThan(5);
    for (const t of track?.t ?? []) {
      const ladder = ladderAt(analysis.scene, t);
      expect(ladder).toBeDefined();
      if (!ladder) continue;
      const children = (key: string) => ladder.rows.filter((r) => r.parent === key);
      const leaves = ladder.rows.filter((r) => r.parent !== undefined && children(r.key).length === 0);
      const sum = leaves.reduce((s, r) => s + r.bytes, 0);
      expect(sum + ladder.unattributed, `at ${t}`).toBe(ladder.total);
      for (const row of ladder.rows) {
        if (children(row.key).length === 0 || row.parent === undefined) continue;
        expect(
          children(row.key).reduce((s, r) => s + r.bytes, 0),
          `${row.key} at ${t}`,
        ).toBe(row.bytes);
      }
      for (const row of ladder.rows) {
        expect(row.basis).toMatch(/^(?:measured|estimated|replayed)$/);
        expect(analysis.data.evidenceById(row.evidence)).toBeDefined();
      }
    }
  });

  it('stands at the highest resident memory when no moment is asked for', () => {
    const track = analysis.timeline.track('rss_bytes');
    const peak = peakMoment(analysis.scene);
    expect(ladderAt(analysis.scene, peak ?? 0)?.total).toBe(Math.max(...(track?.v ?? [])));
  });

  it('has the container limit beside it', () => {
    expect(ladderAt(analysis.scene, peakMoment(analysis.scene) ?? 0)?.limit?.bytes).toBe(128 * 2 ** 20);
  });

  it('is not there where nothing tells how much memory was used', async () => {
    const { scene } = await analysisOf({ 'x.log': '2026-11-24T11:00:00Z hello\n2026-11-24T11:00:01Z there\n' });
    expect(ladderAt(scene, 0)).toBeUndefined();
  });
});
