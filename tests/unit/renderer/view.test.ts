import { describe, expect, it } from 'vitest';
import { decodeView, emptyView, encodeView, type View, viewVersion } from '../../../src-renderer/state/view.ts';

const full: View = {
  case: '0f9c-1',
  screen: 'timeline',
  timeRange: { from: 1.25, to: 9.000000001 },
  zoom: { from: -0.5, to: 64.74411079 },
  cursor: 28.716,
  selection: { kind: 'cycle', t: 28.716 },
  filter: 'is:warning a&b=c #1',
  ladderAt: 3,
  hidden: ['heap_idle_bytes', 'limit'],
  shading: 'mark',
  since: 2.5,
  spanClass: 83,
  ask: 'gogc=200,mem=512',
  lessonStep: 7,
  lessonFrom: 3.25,
};

describe('a view in the address', () => {
  it('comes back as it was, to the last digit', () => {
    expect(decodeView(encodeView(full))).toEqual(full);
    expect(decodeView(`#${encodeView(full)}`)).toEqual(full);
  });

  it('is short where nothing was chosen', () => {
    expect(encodeView(emptyView)).toBe(`v=${viewVersion}`);
  });

  it('keeps every kind of selection', () => {
    for (const selection of [
      { kind: 'evidence', evidence: 3 },
      { kind: 'line', evidence: 3, line: 12 },
      { kind: 'offset', evidence: 3, offset: 0 },
      { kind: 'finding', rank: 1 },
      { kind: 'span', address: '0xc000012000' },
      { kind: 'slot', address: '0xc000012000', slot: 0 },
    ] as const)
      expect(decodeView(encodeView({ ...emptyView, selection })).selection).toEqual(selection);
  });

  it('leaves out what it does not understand, and keeps the rest', () => {
    const view = decodeView(
      'v=1&case=a b&s=nowhere&range=9~1&zoom=1~x&t=NaN&sel=line:0:1&hide=a,<b>&s=evidence&q=%E0%A4%A',
    );
    expect(view).toEqual({ ...emptyView, screen: 'evidence', hidden: ['a'], filter: '%E0%A4%A' });
  });

  it('shows nothing of a link from a newer version', () => {
    expect(decodeView(`v=${viewVersion + 1}&s=timeline&t=1`)).toEqual(emptyView);
    expect(decodeView('s=timeline')).toEqual(emptyView);
  });

  it('rewrites an older form step by step', () => {
    const steps = {
      1: (f: ReadonlyMap<string, string>) => new Map([...f, ['s', f.get('screen') ?? '']]),
      2: (f: ReadonlyMap<string, string>) => new Map([...f, ['t', `${Number(f.get('at_ms')) / 1000}`]]),
    };
    expect(decodeView('v=1&screen=timeline&at_ms=1500', steps, 3)).toMatchObject({ screen: 'timeline', cursor: 1.5 });
    expect(decodeView('v=2&s=evidence&at_ms=250', steps, 3)).toMatchObject({ screen: 'evidence', cursor: 0.25 });
  });
});
