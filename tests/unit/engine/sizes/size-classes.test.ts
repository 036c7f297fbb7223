import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderSizeClassTable } from '../../../../scripts/generate-size-classes.ts';
import { GO_VERSIONS, type GoVersion, parseGoVersion } from '../../../../src-main/engine/go-versions.ts';
import { isTinyRequest, makeSpanClass, SizeClasses } from '../../../../src-main/engine/sizes/size-classes.ts';
import { filesIn, fixtureFolder, readJson, sharedFolder } from '../recorded-oracles.ts';

interface RecordedClasses {
  readonly go: string;
  /** [class, bytes, npages, nelemsNoscan, nelemsScan, tailNoscan, tailScan, minAlign] */
  readonly rows: readonly (readonly number[])[];
}

function classesOf(minor: number): SizeClasses {
  const version = GO_VERSIONS.find((row) => row.minor === minor) as GoVersion;
  return new SizeClasses(version);
}

function compareWithRecording(recorded: RecordedClasses): void {
  const classes = new SizeClasses(parseGoVersion(`go${recorded.go}`) as GoVersion);
  const computed = recorded.rows.map(([sizeClass, , , , , , , minAlign]) => {
    const scan = makeSpanClass(sizeClass, false);
    const noscan = makeSpanClass(sizeClass, true);
    const slots = [classes.nelems[noscan], classes.nelems[scan]];
    const tails = [classes.tailBytes(noscan), classes.tailBytes(scan)];
    return [sizeClass, classes.elemBytes[scan], classes.npages[scan], ...slots, ...tails, minAlign];
  });
  expect(computed).toEqual(recorded.rows);
}

describe('the generated table', () => {
  it('is what its generator writes', () => {
    const path = fileURLToPath(new URL('../../../../src-main/engine/sizes/size-class-table.ts', import.meta.url));
    expect(readFileSync(path, 'utf8')).toBe(renderSizeClassTable());
  });
});

describe('size classes', () => {
  it.each(filesIn(join(fixtureFolder, 'size-classes'), '.json'))('agrees with the recording %s', (name) => {
    compareWithRecording(readJson(fixtureFolder, 'size-classes', name) as RecordedClasses);
  });

  it.skipIf(sharedFolder === undefined)('agrees with the recordings of all versions', () => {
    const names = filesIn(join(sharedFolder ?? '', 'size-classes'), '.json');
    expect(names).toHaveLength(8);
    for (const name of names)
      compareWithRecording(readJson(sharedFolder ?? '', 'size-classes', name) as RecordedClasses);
  });

  it('gives 25 bytes without pointers span class 9 and 1000 bytes with pointers span class 64', () => {
    expect(classesOf(26).spanClassFor(25, true)).toBe(9);
    expect(classesOf(26).spanClassFor(1000, true)).toBe(65);
    expect(classesOf(26).spanClassFor(1000, false)).toBe(64);
  });

  it('adds the malloc header from 1.22 on, to objects with pointers above 512 bytes only', () => {
    expect(classesOf(21).spanClassFor(1024, false)).toBe(64);
    expect(classesOf(22).spanClassFor(1024, false)).toBe(66);
    expect(classesOf(22).spanClassFor(512, false)).toBe(52);
    expect(classesOf(22).spanClassFor(513, false)).toBe(54);
    expect(classesOf(22).mallocHeaderBytes(513, false)).toBe(8);
    expect(classesOf(22).mallocHeaderBytes(513, true)).toBe(0);
    expect(classesOf(22).mallocHeaderBytes(32761, false)).toBe(0);
  });

  it('calls objects large above 32768 bytes until 1.21 and above 32760 since', () => {
    expect([32768, 32769].map((bytes) => classesOf(21).spanClassFor(bytes, true))).toEqual([135, 1]);
    expect([32760, 32761].map((bytes) => classesOf(22).spanClassFor(bytes, true))).toEqual([135, 1]);
    expect([32760, 32761].map((bytes) => classesOf(22).spanClassFor(bytes, false))).toEqual([134, 0]);
  });

  it('serves every request from the smallest class that fits', () => {
    for (const version of GO_VERSIONS) {
      const classes = new SizeClasses(version);
      for (let bytes = 1; bytes <= version.maxSmallRequestBytes; bytes++) {
        for (const isNoscan of [true, false]) {
          const needed = bytes + classes.mallocHeaderBytes(bytes, isNoscan);
          const spanClass = classes.spanClassFor(bytes, isNoscan);
          const isFit = classes.elemBytes[spanClass] >= needed && classes.elemBytes[spanClass - 2] < needed;
          if (!isFit || (spanClass & 1) !== Number(isNoscan))
            expect.fail(`1.${version.minor}: ${bytes} B in ${spanClass}`);
        }
      }
    }
  });

  it('rounds large requests up to whole pages', () => {
    expect([32761, 32769].map((bytes) => classesOf(26).roundupsize(bytes, true))).toEqual([32768, 40960]);
    expect(classesOf(21).roundupsize(32768, true)).toBe(32768);
  });

  it('sends only pointer-free requests below 16 bytes to the tiny allocator', () => {
    expect([isTinyRequest(15, true), isTinyRequest(16, true), isTinyRequest(8, false)]).toEqual([true, false, false]);
  });
});
