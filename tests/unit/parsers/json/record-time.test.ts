import { describe, expect, it } from 'vitest';
import { recordElapsed } from '../../../../src-main/parsers/json/record-time.ts';

describe('recordElapsed', () => {
  it('takes a field that names its unit', () => {
    expect(recordElapsed({ t_ms: 99.5 })).toBe(99.5e6);
    expect(recordElapsed({ uptime_seconds: 3 })).toBe(3e9);
  });

  it('takes neither a field without a unit nor what no process lives for', () => {
    expect(recordElapsed({ t: 12 })).toBeUndefined();
    expect(recordElapsed({ uptime_s: 1e12 })).toBeUndefined();
    expect(recordElapsed({ elapsed_ms: -1 })).toBeUndefined();
    expect(recordElapsed({ t_ms: 'soon' })).toBeUndefined();
  });
});
