import { describe, expect, it } from 'vitest';
import { Line } from '../../../../src-main/parsers/text/line.ts';
import { sectionHeader } from '../../../../src-main/parsers/text/section.ts';

const header = (text: string) => {
  const bytes = Buffer.from(text);
  return sectionHeader(new Line().set(bytes, 0, bytes.length, 7), 2026);
};
const at = 1_795_500_228_000_000_000n;

describe('sectionHeader', () => {
  it.each([
    ['=== 2026-11-24T06:03:48Z /proc/16370/status', at, '/proc/16370/status'],
    ['--- 2026-11-24T06:03:48Z', at, ''],
    ['### 2026-11-24T06:03:48Z', at, ''],
    ['# scraped 2026-11-24T06:03:48Z', at, ''],
    ['[2026-11-24T06:03:48Z]', at, ''],
    ['==== 1795500228 ====', at, ''],
    ['2026-11-24T06:03:48Z', at, ''],
    ['Tue Nov 24 06:03:48 UTC 2026', at, ''],
    ['==> /proc/1/smaps <==', undefined, '/proc/1/smaps'],
    ['$ cat /proc/1/smaps', undefined, '/proc/1/smaps'],
    ['--- /proc/1/smaps @ 2026-11-24T06:03:48Z', at, '/proc/1/smaps'],
  ])('knows %s', (text, wallNs, path) => {
    expect(header(text)).toEqual({ wallNs, path, line: 7 });
  });

  it.each([
    '2026/11/24 06:03:55 agent-hub: switched',
    '# HELP go_goroutines Number',
    '# TYPE x gauge',
    'gc 1 @0.1s 1%',
    '-----',
    '1 @ 0x1 0x2',
    '--- mutex:',
  ])('leaves %s', (text) => {
    expect(header(text)).toBeUndefined();
  });
});
