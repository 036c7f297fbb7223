import { expect, it } from 'vitest';
import { SeededRandom } from '../../../../src-main/analysis/what-if/seeded-random.ts';

it('gives even numbers, and neighbouring seeds have nothing in common', () => {
  const firsts = Array.from({ length: 1000 }, (_, i) => new SeededRandom(i + 1).next());
  const one = new SeededRandom(7);
  const many = Array.from({ length: 1000 }, () => one.next());
  for (const numbers of [firsts, many]) {
    const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
    const steps = numbers.slice(1).map((n, i) => Math.abs(n - (numbers[i] as number)));
    expect(mean).toBeGreaterThan(0.46);
    expect(mean).toBeLessThan(0.54);
    expect(steps.reduce((a, b) => a + b, 0) / steps.length, 'far from the number before').toBeGreaterThan(0.15);
    for (const n of numbers) expect(n > 0 && n < 1).toBe(true);
  }
});

it('gives normal numbers with mean 0 and deviation 1', () => {
  const random = new SeededRandom(3);
  const numbers = Array.from({ length: 4000 }, () => random.normal());
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length);
  expect(Math.abs(mean)).toBeLessThan(0.06);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.06);
});
