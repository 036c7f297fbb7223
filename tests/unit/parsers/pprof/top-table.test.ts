import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePrinted, parseTopRow } from '../../../../src-main/parsers/pprof/top-table.ts';
import { readBytes, readFixture } from '../../../golden/read-fixture.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'pprof');
const hasGo = spawnSync('go', ['version']).status === 0;

describe('a row of a printed top', () => {
  it.each([
    ['   71.43MB   100%   100%    71.43MB   100%  main.readImage (inline)', 'main.readImage', '', 0],
    ['         0     0%   100%          0     0%  foo', 'foo', '', 0],
    ['     400ms 10.34% 10.34%      400ms 10.34%  main.(*T).f /srv/a b/t.go:12', 'main.(*T).f /srv/a', 'b/t.go', 12],
    [
      '     1 10% 10%      1 10%  std::vector<int, std::allocator<int> >::push_back',
      'std::vector<int, std::allocator<int> >::push_back',
      '',
      0,
    ],
  ])('%j', (text, name, file, line) => {
    expect(parseTopRow(text)).toMatchObject({ function: name, file, line });
  });

  it.each(['total 12 3% 4% 5', '12MB 1% 2% 3XB 4% f', '1 2 3 4 5 f', ''])('is not %j', (text) => {
    expect(parseTopRow(text)).toBeUndefined();
  });

  it.each([
    ['1.50GB', 1.5 * 2 ** 30, 'bytes'],
    ['-3ms', -3e6, 'nanoseconds'],
    ['2.10hrs', 7560e9, 'nanoseconds'],
    ['8716', 8716, 'count'],
  ])('%s is %d %s', (text, value, unit) => {
    expect(parsePrinted(text)).toEqual({ value, unit });
  });
});

describe.skipIf(!hasGo)('what go tool pprof prints (skipped where there is no Go)', () => {
  it.each(['heap.pb.gz', 'cpu.pb.gz', 'goroutine.pb.gz', 'go1.26-mutex.pb.gz'])(
    'of %s is the profile itself, rounded',
    async (name) => {
      const printed = spawnSync('go', ['tool', 'pprof', '-top', '-symbolize=none', join(fixtures, name)]).stdout;
      const profileOf = async (read: ReturnType<typeof readFixture>) =>
        (await read).messages.find((m) => m.kind === 'profile')?.profile;
      const table = await profileOf(readBytes(printed, 'x'));
      const whole = await profileOf(readFixture(join(fixtures, name), name));
      const of = whole?.sampleTypes.findIndex((t) => t.type === table?.defaultType) ?? -1;
      expect(table?.what).toBe(whole?.what);
      expect(table?.timeNs && table.timeNs / 1_000_000_000n).toBe(whole?.timeNs && whole.timeNs / 1_000_000_000n);
      const near = (a = 0, b = 0) => Math.abs(a - b) <= Math.abs(b) * 0.006;
      expect(near(table?.totals[0], whole?.totals[of])).toBe(true);
      const flat = new Map(whole?.top.filter((r) => r.sampleType === of).map((r) => [r.function, r.flat]));
      for (const row of table?.top.slice(0, 10) ?? [])
        expect(near(row.flat, flat.get(row.function)), row.function).toBe(true);
    },
  );
});
