import { describe, expect, it } from 'vitest';
import { GO_VERSIONS, goVersionOf, parseGoVersion } from '../../../src-main/engine/go-versions.ts';

describe('Go versions', () => {
  it('covers 1.19 to 1.26 without a gap', () => {
    expect(GO_VERSIONS.map((version) => version.minor)).toEqual([19, 20, 21, 22, 23, 24, 25, 26]);
  });

  it('reads runtime.Version() with and without a suffix', () => {
    expect(parseGoVersion('go1.26.8')?.hasRandomHeapBase).toBe(true);
    expect(parseGoVersion('go1.22rc1')?.minor).toBe(22);
    expect(parseGoVersion('go1.21.13 X:nocoverageredesign')).toEqual(goVersionOf(21));
  });

  it('applies experiments that change the allocator', () => {
    const version = parseGoVersion('go1.26.8-X:nogreenteagc,norandomizedheapbase64');
    expect(version).toEqual({ ...goVersionOf(26), inlineMarkBytes: 0, hasRandomHeapBase: false });
    expect(parseGoVersion('go1.25.4-X:greenteagc')?.inlineMarkBytes).toBe(128);
  });

  it('knows nothing of other versions and other text', () => {
    for (const text of ['go1.18.1', 'go1.27.0', 'go2.0', 'devel go1.27-abc', '', 'java 21']) {
      expect(parseGoVersion(text), text).toBeUndefined();
    }
  });
});
