import { describe, expect, it } from 'vitest';
import type { FindingEntry, LadderDocument, LadderRowEntry } from '../../../src-main/api/contract/documents.ts';
import { countWarnings } from '../../../src-renderer/screens/home/count-warnings.ts';
import { culpritText, findingText } from '../../../src-renderer/screens/home/finding-text.ts';
import { layOutLadder } from '../../../src-renderer/screens/home/ladder-layout.ts';
import { pictureSeries } from '../../../src-renderer/screens/home/memory-picture.ts';
import { verdictParts } from '../../../src-renderer/screens/home/verdict-parts.ts';

function row(key: string, parent: string | null, bytes: number): LadderRowEntry {
  const text = { title: key, definition: '', from: '', evidence: 'e' };
  return { key, parent, bytes, basis: 'measured', label: 'measured', age_s: 0, ...text };
}

function ladder(rows: LadderRowEntry[], change: Partial<LadderDocument> = {}): LadderDocument {
  return { at: null, at_s: 0, total: rows[0]?.bytes ?? 0, rows, unattributed: 0, limit: null, ...change };
}

describe('the ladder', () => {
  it('lays children side by side inside their parent', () => {
    const { bars } = layOutLadder(
      ladder([
        row('rss', null, 100),
        row('go', 'rss', 80),
        row('live', 'go', 50),
        row('idle', 'go', 30),
        row('files', 'rss', 20),
      ]),
    );
    expect(bars.map((b) => [b.row.key, b.depth, b.start, b.share])).toEqual([
      ['rss', 0, 0, 1],
      ['go', 1, 0, 0.8],
      ['live', 2, 0, 0.5],
      ['idle', 2, 0.5, 0.3],
      ['files', 1, 0.8, 0.2],
    ]);
  });

  it('shows what is mapped and not resident as sticking out', () => {
    const { bars, scale } = layOutLadder(
      ladder([row('rss', null, 100), row('go', 'rss', 150), row('not_resident', 'rss', -50)]),
    );
    expect(scale).toBe(150);
    const out = bars.find((b) => b.row.key === 'not_resident');
    expect(out).toMatchObject({ isNegative: true });
    expect(out?.start).toBeCloseTo(100 / 150);
    expect(out?.share).toBeCloseTo(50 / 150);
  });

  it('draws a limit that is near and only names one that is far', () => {
    const near = layOutLadder(ladder([row('rss', null, 100)], { limit: { bytes: 200, evidence: 'e' } }));
    expect(near.limitAt).toBe(1);
    expect(near.bars[0]?.share).toBe(0.5);
    const far = layOutLadder(ladder([row('rss', null, 100)], { limit: { bytes: 1e6, evidence: 'e' } }));
    expect(far.limitAt).toBeNull();
    expect(far.bars[0]?.share).toBe(1);
  });

  it('puts what no evidence explains at the end of the whole', () => {
    const { unattributed } = layOutLadder(ladder([row('rss', null, 100), row('go', 'rss', 90)], { unattributed: 10 }));
    expect(unattributed).toEqual({ start: 0.9, share: 0.1 });
  });
});

describe('the verdict', () => {
  it('is one sentence and the rest, in both languages', () => {
    expect(verdictParts('Incident: a leak (high confidence). Onset 05:48:12. RSS rose.', 'high')).toEqual({
      headline: 'Incident: a leak',
      rest: 'Onset 05:48:12. RSS rose.',
    });
    expect(verdictParts('故障：泄漏（高置信度）。起点 05:48:12。', '高')).toEqual({
      headline: '故障：泄漏',
      rest: '起点 05:48:12。',
    });
    expect(verdictParts('No incident found.')).toEqual({ headline: 'No incident found', rest: '' });
  });

  it('keeps a bracket that says something else', () => {
    expect(verdictParts('No incident: given back (not a leak).', 'high').headline).toBe(
      'No incident: given back (not a leak)',
    );
  });
});

describe('a finding as text', () => {
  const finding = {
    title: 'Goroutine leak',
    explanation: 'They stand.',
    onset: '2026-11-24T06:04:30Z',
    confidence: 'high',
    culprits: [{ function: 'quote.first', file: 'quote.go', line: 41 }],
    evidence_for: [{ text: '99 % stand in a send', evidence: 'g.txt', line: 12 }],
    evidence_against: [],
    related: [{ kind: 'change', text: 'Change 8c1d', evidence: 'git.txt', line: 1 }],
    missing: [{ signal: 's', title: 'killed for memory', how_to_collect: 'dmesg -T' }],
    next_steps: ['Give the channel room.'],
  } as unknown as FindingEntry;
  const words = {
    confidence: () => 'high confidence',
    support: 'For',
    against: 'Against',
    related: 'Build and history',
    missing: 'Would settle it',
    culprit: 'Culprit',
    steps: 'What to do',
    onset: 'Onset',
  };

  it('can be pasted into a ticket and keeps its sources', () => {
    expect(findingText(finding, words)).toBe(`Goroutine leak (high confidence)
They stand.
Onset 2026-11-24T06:04:30Z

Culprit
  - quote.first · quote.go:41

For
  - 99 % stand in a send (g.txt:12)

Build and history
  - Change 8c1d (git.txt:1)

Would settle it
  - killed for memory: dmesg -T

What to do
  - Give the channel room.`);
  });

  it('names whatever kind of culprit there is', () => {
    expect(culpritText({ mapping: '[heap]' })).toBe('[heap]');
    expect(culpritText({ span_class: 9 })).toBe('spanClass 9');
  });
});

describe('the first picture', () => {
  it('takes one curve for the process, one for what is in use, one for what lives', () => {
    const series = (role: string) => ({ role, id: role });
    const lanes = [
      { key: 'memory', series: [series('cgroup'), series('sys')] },
      { key: 'heap', series: [series('goal'), series('heap_live'), series('heap_alloc')] },
    ] as unknown as Parameters<typeof pictureSeries>[0];
    expect(pictureSeries(lanes).map((s) => s.id)).toEqual(['cgroup', 'heap_alloc']);
  });
});

describe('warnings by code', () => {
  it('counts losses and errors, not remarks', () => {
    const report = {
      notes: [{ evidence: '', code: 'archive/truncated', severity: 'error', message: '' }],
      evidence: [
        {
          warnings: [
            { code: 'text/line_cut', severity: 'data_loss', message: '' },
            { code: 'text/line_cut', severity: 'data_loss', message: '' },
            { code: 'sniff/not_yet', severity: 'info', message: '' },
          ],
        },
      ],
    } as unknown as Parameters<typeof countWarnings>[0];
    expect(countWarnings(report)).toEqual([
      { code: 'text/line_cut', count: 2 },
      { code: 'archive/truncated', count: 1 },
    ]);
  });
});
