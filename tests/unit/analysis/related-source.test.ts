import { describe, expect, it } from 'vitest';
import { relatedOf } from '../../../src-main/analysis/related-source.ts';
import { isSameFile } from '../../../src-main/analysis/source-places.ts';
import { analysisOf, gctraceLine } from './case-of-texts.ts';

const escapes = `# shop.example/api
./main.go:17:2: moved to heap: it
./cache.go:41:13: make([]byte, n) escapes to heap in fill:
./cache.go:41:13:   flow: buf ← &{storage for make([]byte, n)}:
./cache.go:41:13:     from make([]byte, n) (spill) at ./cache.go:41:13
./cache.go:41:13: make([]byte, n) escapes to heap
`;

const history = `commit 1111111111111111111111111111111111111111
Author: A <a@shop.example>
Date:   Tue Nov 24 11:40:00 2026 +0000

    later than the onset, with a sync.Pool

commit 2222222222222222222222222222222222222222
Author: A <a@shop.example>
Date:   Tue Nov 24 09:00:00 2026 +0000

    fill pages ahead

 api/cache.go | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

commit 3333333333333333333333333333333333333333
Author: A <a@shop.example>
Date:   Mon Nov 16 09:00:00 2026 +0000

    words of the manual

commit 4444444444444444444444444444444444444444
Author: A <a@shop.example>
Date:   Fri Nov 20 09:00:00 2026 +0000

    parse with unsafe
`;

const culprit = { function: 'shop.example/api.fill', file: '/srv/src/api/cache.go', line: 41 };

async function related() {
  const files = {
    'stderr.log': `2026-11-24T11:30:00Z ${gctraceLine(1, 2, 40)}`,
    'escape.txt': escapes,
    'git.txt': history,
  };
  const analysis = await analysisOf(files);
  const onset = analysis.timeline.track('gc_pause_seconds')?.t[0];
  return relatedOf(analysis.scene, [culprit], onset);
}

describe('build and history beside a finding', () => {
  it('say why the culprit allocates on the heap', async () => {
    const said = (await related()).find((r) => r.kind === 'escape');
    expect(said).toMatchObject({
      subject: 'make([]byte, n)',
      isMoved: false,
      reason: 'from make([]byte, n) (spill) at ./cache.go:41:13',
      line: 6,
    });
  });

  it('name changes before the onset: of the file first, then those that speak of what leaks', async () => {
    const changes = (await related()).filter((r) => r.kind === 'change');
    expect(changes.map((c) => [c.id, c.touches, c.topics])).toEqual([
      ['222222222222', '/srv/src/api/cache.go', []],
      ['444444444444', '', ['unsafe']],
    ]);
    expect(changes[0]?.before).toBeCloseTo(2.5 * 3600, -1);
  });
});

describe('isSameFile', () => {
  it.each([
    ['./cache.go', '/srv/src/api/cache.go', 'shop.example/api', true],
    ['./cache.go', '/srv/src/web/cache.go', 'shop.example/api', false],
    ['./cache.go', '/srv/src/api/cache.go', '', false],
    ['shop.example/api/cache.go', '/srv/src/shop.example/api/cache.go', '', true],
    ['api/cache.go', '/srv/src/api/cache.go', '', true],
    ['pi/cache.go', '/srv/src/api/cache.go', '', false],
    ['../lib/x.go', '/srv/src/lib/x.go', '', true],
  ])('%s and %s in %j: %s', (a, b, folder, same) => {
    expect(isSameFile(a, b, folder)).toBe(same);
  });
});
