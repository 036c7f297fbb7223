import { describe, expect, it } from 'vitest';
import { Pattern } from '../../../../src-main/parsers/pprof/pattern/pattern.ts';
import { PatternError } from '../../../../src-main/parsers/pprof/pattern/pattern-parser.ts';

/** pattern, text, whether it stands in the text */
const cases: readonly [string, string, boolean][] = [
  ['main', 'a.main.b', true],
  ['^main\\.', 'main.f', true],
  ['^main\\.', 'amain.f', false],
  ['f$', 'main.f', true],
  ['f$', 'main.ff.g', false],
  ['a|b|c', 'xxbxx', true],
  ['(?i)HTTP', 'net/http', true],
  ['(?i:HT)TP', 'htTP', true],
  ['(?i:HT)TP', 'httP', false],
  ['x{2,3}y', 'xxxxy', true],
  ['^x{2,3}y', 'xxxxy', false],
  ['^[^a-c]+$', 'defz', true],
  ['^[^a-c]+$', 'dafz', false],
  ['[[:upper:]]\\d', 'aB7', true],
  ['\\bgo\\b', 'a go b', true],
  ['\\bgo\\b', 'ago', false],
  ['\\Qa.b*\\E+', 'xa.b**', true],
  ['a.c', 'a\nc', false],
  ['(?s)a.c', 'a\nc', true],
  ['(a*)*b', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaac', false],
  ['\\x{1F600}', 'x😀', true],
  ['', 'anything', true],
  ['[]a]', 'x]', true],
  ['(?P<n>ab)c', 'abc', true],
  ['a{x', 'a{x', true],
];

describe('Pattern', () => {
  for (const [pattern, text, wanted] of cases)
    it(`${wanted ? 'finds' : 'does not find'} ${JSON.stringify(pattern)} in ${JSON.stringify(text)}`, () => {
      expect(new Pattern(pattern).matches(text)).toBe(wanted);
    });

  it('matches whole texts only where asked to', () => {
    expect(new Pattern('runtime\\..*|malloc', true).matches('runtime.mallocgc')).toBe(true);
    expect(new Pattern('runtime\\..*|malloc', true).matches('tcmalloc')).toBe(false);
  });

  it('takes time in proportion to the text, also for patterns that make a backtracking matcher explode', () => {
    const text = 'a'.repeat(65_536);
    for (const pattern of ['(a+)+b', '(a|aa)+$b', '(.*)(.*)(.*)(.*)x', 'a{0,30}a{0,30}a{0,30}b']) {
      const before = performance.now();
      expect(new Pattern(pattern).matches(text)).toBe(false);
      expect(performance.now() - before).toBeLessThan(3_000);
    }
  });

  it('refuses what it cannot read', () => {
    for (const pattern of ['(', 'a)', '[a', '*a', '\\', '\\p{Greek}', 'a{1001}', '(?<!x)', '((a{1000}){1000})'])
      expect(() => new Pattern(pattern), pattern).toThrow(PatternError);
  });
});
