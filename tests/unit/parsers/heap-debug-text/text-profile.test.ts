import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDebug1Frame } from '../../../../src-main/parsers/goroutine-text/stack-text.ts';
import { heapSampleTypes, TextProfile } from '../../../../src-main/parsers/heap-debug-text/text-profile.ts';
import { owners } from '../../../../src-main/parsers/pprof/owners.ts';
import { tops } from '../../../../src-main/parsers/pprof/tops.ts';

const fixture = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'heap-debug-text', 'heap-debug1.txt');
const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) process.stderr.write('SKIPPED: go is not on this machine, the oracle `go tool pprof -raw` was not asked\n');

const space = heapSampleTypes.findIndex((t) => t.type === 'inuse_space');
const at = (line: number) => ({ function: `main.f${line}`, file: 'svc/main.go', line });

describe('a heap profile in text', () => {
  it('is scaled as Go scales it: small objects more than large ones', () => {
    const profile = new TextProfile(512 * 1024);
    profile.add([1, 16, 1, 16], [at(1)]);
    profile.add([1, 8 * 2 ** 20, 1, 8 * 2 ** 20], [at(2)]);
    const { rows } = tops(profile.model(0n), space);
    const flat = new Map(rows.map((r) => [r.function, r.flat]));
    // on average one object in 32768 of 16 bytes is sampled, and every one of 8 MiB
    expect(flat.get('main.f1')).toBe(524_296);
    expect(flat.get('main.f2')).toBe(8_388_608);
  });

  it('is taken as it stands where every allocation was counted', () => {
    const profile = new TextProfile(1);
    profile.add([3, 300, 5, 500], [at(1), at(2)]);
    const model = profile.model(0n);
    expect([...model.values]).toEqual([5, 500, 3, 300]);
    expect(owners(model, space, 5)).toMatchObject([
      { function: 'main.f1', callers: ['main.f2'], values: [5, 500, 3, 300] },
    ]);
  });

  it('leaves out a record without frames', () => {
    const profile = new TextProfile(1);
    profile.add([3, 300, 5, 500], []);
    expect(profile.samples).toBe(0);
  });

  it.skipIf(!hasGo)('has the sums of go tool pprof', () => {
    const ours = profileOf(readFileSync(fixture, 'utf8'));
    const theirs = sumsOfPprof(readFileSync(fixture, 'utf8'));
    expect(theirs.length).toBe(4);
    heapSampleTypes.forEach((_, i) => {
      expect(tops(ours.model(0n), i).total).toBe(theirs[i]);
    });
  });
});

function profileOf(text: string): TextProfile {
  const rate = Number(/@ heap\/(\d+)/.exec(text)?.[1]) / 2;
  const profile = new TextProfile(rate);
  for (const record of text.split(/\n(?=\d+: )/).slice(1)) {
    const counts = /^(\d+): (\d+) \[(\d+): (\d+)\]/.exec(record)?.slice(1).map(Number) ?? [];
    const frames = record.split('\n').flatMap((l) => parseDebug1Frame(l) ?? []);
    profile.add(counts as [number, number, number, number], frames);
  }
  return profile;
}

/** Sums of the samples that `-raw` prints, in the order alloc_objects, alloc_space, inuse_objects, inuse_space. */
function sumsOfPprof(text: string): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'spanscope-oracle-'));
  try {
    const path = join(folder, 'heap.txt');
    writeFileSync(path, text);
    const { stdout } = spawnSync('go', ['tool', 'pprof', '-raw', path], {
      encoding: 'utf8',
      env: { ...process.env, PPROF_BINARY_PATH: '/nonexistent' },
    });
    const sums: number[] = [];
    for (const m of stdout.matchAll(/^ +(\d+) +(\d+) +(\d+) +(\d+): /gm))
      m.slice(1).forEach((v, i) => {
        sums[i] = (sums[i] ?? 0) + Number(v);
      });
    return sums;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
