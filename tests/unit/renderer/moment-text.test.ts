import { describe, expect, it } from 'vitest';
import { digitsFor, momentText, parseMoment, wallZero } from '../../../src-renderer/charts/moment-text.ts';

const wall = { originNs: 1_795_499_284_255_889_210n, hasWall: true };
const bare = { originNs: 0n, hasWall: false };

describe('moments in words', () => {
  it('shows the time of day in UTC, as fine as asked for', () => {
    expect(momentText(0, wall)).toBe('05:48:04');
    expect(momentText(0, wall, 3)).toBe('05:48:04.256');
    expect(momentText(60.744110789, wall, 6)).toBe('05:49:05.000000');
  });

  it('carries a rounded second over', () => {
    expect(momentText(0.744, wall, 1)).toBe('05:48:05.0');
  });

  it('counts from the beginning where no wall clock is known', () => {
    expect(momentText(12.345, bare, 1)).toBe('+12.3 s');
    expect(momentText(-0.01, bare, 1)).toBe('+0.0 s');
    expect(momentText(-2, bare)).toBe('−2 s');
  });

  it('survives clocks that are absurd', () => {
    expect(momentText(1e18, wall)).toBe('?');
  });

  it('needs more digits the less is shown', () => {
    expect([100, 1, 0.2, 0.004].map(digitsFor)).toEqual([0, 0, 1, 3]);
  });

  it('knows what the wall shows at second 0', () => {
    expect(wallZero(wall) % 60).toBeCloseTo(4.25588921);
    expect(wallZero(bare)).toBe(0);
  });
});

describe('moments somebody typed', () => {
  it.each([
    ['05:48:22.5', 18.244110789],
    ['5:49', 55.744110789],
    ['2026-11-24T05:48:05Z', 0.744110789],
    ['2026-11-24 05:48:05.5', 1.244110789],
    ['+12.5', 12.5],
    ['12.5 s', 12.5],
    ['−3', -3],
  ])('reads %s', (text, t) => {
    expect(parseMoment(text, wall, 10)).toBeCloseTo(t, 5);
  });

  it.each(['', 'soon', '25h', '05:48:22:11', '2026-13-40T99:99'])('does not read %j', (text) => {
    expect(parseMoment(text, wall, 0)).toBeUndefined();
  });

  it('takes no time of day where there is no wall clock', () => {
    expect(parseMoment('05:48:22', bare, 0)).toBeUndefined();
  });

  it('gives back what it showed', () => {
    for (const t of [0, 1.5, 63.25, 3_599.125]) expect(parseMoment(momentText(t, wall, 6), wall, t)).toBeCloseTo(t, 5);
  });
});
