import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hiddenWait } from '../../../../src-main/parsers/goroutine-text/hidden-wait.ts';
import { goldenOf, readFixture } from '../../../golden/read-fixture.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'goroutine-text');
const waits: Readonly<Record<string, string>> = {
  'main.send': 'chan send',
  'main.recv': 'chan receive',
  'main.recv2': 'chan receive',
  'main.sel': 'select',
  'main.empty': 'select',
};

describe('what a goroutine of a debug=1 dump waits for', () => {
  it.each(['1.20', '1.23', '1.26'])('is told by its return addresses: Go %s', (version) => {
    const text = readFileSync(join(fixtures, `debug1-waits-go${version}.txt`), 'utf8');
    const seen: Record<string, string> = {};
    for (const [, addresses = '', shown = '', name = ''] of text.matchAll(
      /^1 @ ([0-9a-fx ]+)\n#\t(0x[0-9a-f]+)\t(main\.[a-z0-9]+)\+/gm,
    ))
      seen[name] = hiddenWait(addresses.split(' ').map(Number), Number(shown));
    expect(seen).toEqual(waits);
  });

  it('stays open where the distance is that of no version known', () => {
    expect(hiddenWait([0x900000, 0x401000, 0x400100, 0x500001], 0x500000)).toBe('');
  });

  it('is nothing for a goroutine that runs, or one whose named frame is not on the list', () => {
    expect(hiddenWait([0x500001, 0x600001], 0x500000)).toBe('');
    expect(hiddenWait([0x900000, 0x401000], 0x500000)).toBe('');
  });

  it('stands with the group as the other dumps name it', async () => {
    const read = await readFixture(join(fixtures, 'debug1-waits-go1.23.txt'), 'unknown');
    expect(JSON.stringify(goldenOf(read))).toContain('state chan send');
  });
});
