import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatFileSize,
  formatRfc3339,
  significant,
} from '../../../src-main/api/contract/format.ts';

describe('significant', () => {
  it.each([
    [0, '0'],
    [0.00012345, '0.000123'],
    [0.99949, '0.999'],
    [0.9996, '1.00'],
    [9.994, '9.99'],
    [9.996, '10.0'],
    [99.94, '99.9'],
    [99.99, '100'],
    [1234.5, '1235'],
  ])('%d: %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1_048_575, '1.00 MiB'],
    [2 ** 30 * 1.84, '1.84 GiB'],
    [-5 * 2 ** 20, '−5.00 MiB'],
    [Number.NaN, '?'],
  ])('%d: %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('counts files in thousands', () => {
    expect(formatFileSize(999_999)).toBe('1.00 MB');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [3e-9, '3.00 ns'],
    [0.0018, '1.80 ms'],
    [59.96, '60.0 s'],
    [-0.5, '−500 ms'],
  ])('%d s: %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('formatRfc3339', () => {
  it('keeps nanoseconds', () => {
    expect(formatRfc3339(1_795_518_600_123_456_789n)).toBe('2026-11-24T11:10:00.123456789Z');
  });
});
