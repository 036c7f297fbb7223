import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeProfile } from '../../../../src-main/parsers/pprof/binary/profile-decoder.ts';
import { ProtoError } from '../../../../src-main/parsers/pprof/binary/proto-reader.ts';
import { ownerOf } from '../../../../src-main/parsers/pprof/go-symbols.ts';
import { owners } from '../../../../src-main/parsers/pprof/owners.ts';
import { tops } from '../../../../src-main/parsers/pprof/tops.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'pprof');
const bytesOf = (name: string) => gunzipSync(readFileSync(join(fixtures, name)));
const go = spawnSync('go', ['version'], { encoding: 'utf8' });
const hasGo = go.status === 0;
if (!hasGo) process.stderr.write('SKIPPED: go is not on this machine, the oracle `go tool pprof -top` was not asked\n');

/** `go tool pprof -top` in raw units: function -> [flat, cum]. */
function oracle(name: string, sample: string): Map<string, [number, number]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanscope-oracle-'));
  try {
    const path = join(folder, 'p.pb.gz');
    writeFileSync(path, readFileSync(join(fixtures, name)));
    const unit = sample === 'cpu' || sample === 'delay' ? 'ns' : sample.endsWith('space') ? 'B' : 'count';
    const r = spawnSync(
      'go',
      [
        'tool',
        'pprof',
        '-top',
        `-unit=${unit}`,
        `-sample_index=${sample}`,
        '-nodefraction=0',
        '-edgefraction=0',
        '-nodecount=100000',
        path,
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, PPROF_BINARY_PATH: '/nonexistent' },
      },
    );
    const rows = new Map<string, [number, number]>();
    for (const line of r.stdout.split('\n')) {
      const m =
        /^\s*(-?[\d.]+)\w*\s+[\d.]+%\s+[\d.]+%\s+(-?[\d.]+)\w*\s+[\d.]+%\s+(.+?)(?: \((?:partial-)?inline\))?$/.exec(
          line,
        );
      if (m) rows.set(m[3] as string, [Number(m[1]), Number(m[2])]);
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('tops', () => {
  it.skipIf(!hasGo).each([
    ['heap.pb.gz', 'inuse_space'],
    ['heap.pb.gz', 'alloc_objects'],
    ['cpu.pb.gz', 'cpu'],
    ['goroutine.pb.gz', 'goroutine'],
    ['mutex.pb.gz', 'delay'],
  ])('equals go tool pprof -top on %s, %s', (name, sample) => {
    const { profile } = decodeProfile(bytesOf(name));
    const index = profile.sampleTypes.findIndex((t) => t.type === sample);
    const ours = new Map(tops(profile, index).rows.map((r) => [r.function, [r.flat, r.cum]]));
    const theirs = oracle(name, sample);
    expect(theirs.size).toBeGreaterThan(2);
    for (const [fn, [flat, cum]] of theirs) {
      const row = ours.get(fn);
      expect(row, fn).toBeDefined();
      // pprof prints large values with a rounding of its own
      expect(Math.abs((row?.[0] ?? 0) - flat), `${fn} flat`).toBeLessThanOrEqual(Math.abs(flat) * 0.005 + 0.5);
      expect(Math.abs((row?.[1] ?? 0) - cum), `${fn} cum`).toBeLessThanOrEqual(Math.abs(cum) * 0.005 + 0.5);
    }
  });

  it('charges values to the program, not to the allocator it called', () => {
    const { profile } = decodeProfile(bytesOf('heap.pb.gz'));
    const space = profile.sampleTypes.findIndex((t) => t.type === 'inuse_space');
    const [first] = owners(profile, space, 5);
    expect(first?.function).toBe('main.readImage');
    expect(first?.file).toMatch(/main\.go$/);
  });
});

describe('decodeProfile', () => {
  it('refuses damage with its offset, at every byte, and never throws anything else', () => {
    const bytes = bytesOf('goroutine.pb.gz');
    for (let cut = 0; cut < bytes.length; cut++) {
      try {
        decodeProfile(bytes.subarray(0, cut));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtoError);
        expect((error as ProtoError).offset).toBeLessThanOrEqual(cut);
      }
    }
  });
});

describe('ownerOf', () => {
  it.each([
    ['main.(*hub).waitPerBeat', 'hub.example/agent-hub/main.go', 'main'],
    ['runtime.mallocgc', 'runtime/malloc.go', 'runtime'],
    ['internal/runtime/maps.(*Map).Put', 'internal/runtime/maps/map.go', 'runtime'],
    ['net/http.(*persistConn).readLoop', 'net/http/transport.go', 'standard'],
    ['shop.example/orders/internal/quote.ask', 'shop.example/orders/internal/quote/quote.go', 'module'],
    ['github.com/a/b.(*C).D', '/go/pkg/mod/github.com/a/b@v1.2.0/c.go', 'dependency'],
    ['github.com/a/b.(*C).D', 'github.com/a/b@v0.9.1-rc1/c.go', 'dependency'],
    ['github.com/a/b.(*C).D', '/src/svc/vendor/github.com/a/b/c.go', 'dependency'],
    ['github.com/corp/svc/store.(*Cache).Put', 'github.com/corp/svc/store/cache.go', 'module'],
    // a module needs no dot in its name, and -trimpath leaves its files where Go's own lie
    ['billing/internal/seen.(*Filter).Seen', 'billing/internal/seen/seen.go', 'module'],
    ['internal/poll.runtime_pollWait', 'runtime/netpoll.go', 'standard'],
    [
      'vendor/golang.org/x/net/http2/hpack.(*Decoder).Write',
      'vendor/golang.org/x/net/http2/hpack/hpack.go',
      'standard',
    ],
    ['main.(*Set[go.shape.struct { a/b.C string }]).Add', 'svc/set.go', 'main'],
    ['main._Cfunc_verify', '_cgo_gotypes.go', 'native'],
    ['main._C2func_open', '', 'native'],
    ['_cgo_2d0999f1d076_Cfunc_page_new', '', 'native'],
  ])('%s is %s', (symbol, file, want) => {
    expect(ownerOf(symbol, file)).toBe(want);
  });
});
