import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../../src-renderer/theme/tokens.css'), 'utf8');

/** Variables of a theme: those of `:root`, then its own. */
function tokens(theme: 'dark' | 'light'): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [, selector, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const names = (selector ?? '').split('*/').at(-1)?.trim() ?? '';
    const isBase = names === ':root';
    if (!isBase && !names.includes(`data-theme="${theme}"`)) continue;
    for (const [, name, value] of (body ?? '').matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6,8});/gi))
      if (name && value) out.set(name, value);
  }
  return out;
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const all = tokens(theme);
  const of = (name: string) => all.get(name) ?? '';
  const grounds = ['--bg', '--panel', '--panel2'];

  it('has text of 4.5:1 on every ground', () => {
    for (const text of ['--ink', '--dim', '--accent', '--good', '--warn', '--bad'])
      for (const ground of grounds)
        expect([text, ground, contrast(of(text), of(ground)) >= 4.5]).toEqual([text, ground, true]);
  });

  it('has curves and frames of 3:1 on the panels they lie on', () => {
    const marks = [
      'rss',
      'alloc',
      'inuse',
      'idle',
      'released',
      'goal',
      'limit',
      'gc',
      'stw',
      'stack',
      'off',
      'none',
      'edge',
    ];
    for (const mark of marks) expect([mark, contrast(of(`--${mark}`), of('--panel')) >= 3]).toEqual([mark, true]);
  });

  it('has a button that can be read', () => {
    expect(contrast(of('--on-accent'), of('--accent'))).toBeGreaterThanOrEqual(4.5);
  });
});

describe('colours', () => {
  it('stand nowhere but in the theme', () => {
    expect(css).not.toContain('rgb(');
  });
});
