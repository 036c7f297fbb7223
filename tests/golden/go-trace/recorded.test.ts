/**
 * Traces recorded now and read by both readers. Unlike the stored ones they differ each time, so that what happens rarely is met sooner or later.
 *
 * The local Go always records; other versions, which the stored traces stand for, only with SPANSCOPE_GO_VERSIONS=all (or a list such as
 * 1.22.12,1.25.4), a minute and a half for all eight. What is skipped says so in its name.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceOf } from './fixtures.ts';
import { buildProgram, goRelease, goRoot, goVersions, record } from './go-tool.ts';
import { captureHeap, replayedMarks } from './heap-capture.ts';
import { modelText } from './model-text.ts';
import { comparable, oracleReading, rawCounts } from './oracle.ts';

const local = goRoot() === undefined ? undefined : goRelease().slice('go'.length);
const asked = process.env.SPANSCOPE_GO_VERSIONS ?? '';
const versions = [...new Set([...goVersions, ...(local === undefined ? [] : [local])])];
const hasGo121 = goRoot('1.21.13') !== undefined;
/** A first build compiles the library of that version. */
const timeoutMs = 300_000;

/** Reads a trace with both readers and compares every event. */
async function compare(path: string) {
  const oracle = oracleReading(path);
  const { lines, summary, problems } = await modelText(sourceOf(path));
  expect(comparable(lines, summary.formatVersion)).toEqual(oracle.lines);
  expect(summary.events).toBe(oracle.events.length);
  return { summary, problems };
}

/** Why a version does not record, or undefined. */
function reasonToSkip(version: string): string | undefined {
  if (local === undefined) return 'no Go here';
  if (version !== local && asked !== 'all' && !asked.split(',').includes(version)) return 'SPANSCOPE_GO_VERSIONS=all';
  return goRoot(version) === undefined ? `GOTOOLCHAIN=go${version} is not here` : undefined;
}

for (const version of versions) {
  const reason = reasonToSkip(version);
  const minor = Number(version.split('.')[1]);
  describe.skipIf(reason !== undefined)(`Go ${version}${reason === undefined ? '' : ` SKIPPED: ${reason}`}`, () => {
    let folder = '';
    let program = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'trace-recorded-'));
      program = buildProgram(version, goRoot(version) ?? '', folder);
    }, timeoutMs);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it(
      'is read event by event as by Go',
      async () => {
        const path = join(folder, 'two.trace');
        record(program, path, [], { GOMAXPROCS: '2' });
        const { problems, summary } = await compare(path);
        expect(problems).toEqual([]);
        if (summary.rawEventsByName !== undefined && hasGo121) expect(summary.rawEventsByName).toEqual(rawCounts(path));
      },
      timeoutMs,
    );

    it.runIf(minor >= 23)(
      'replays to MemStats at every mark',
      async () => {
        const path = join(folder, 'heap.trace');
        const marks = record(program, path, [], { GOMAXPROCS: '1', GODEBUG: 'traceallocfree=1' });
        await compare(path);
        const replayed = replayedMarks(await captureHeap(sourceOf(path)), marks);
        expect(replayed).toEqual(marks.map(({ NumGC: _, ...mark }) => mark));
      },
      timeoutMs,
    );

    it.runIf(minor >= 25)(
      'is read from the flight recorder',
      async () => {
        const path = join(folder, 'flight.trace');
        record(program, path, ['-flight'], { GODEBUG: 'traceallocfree=1' });
        const { problems } = await compare(path);
        expect(problems.map(({ code }) => code)).toEqual(['go_trace/alloc_info_missing']);
      },
      timeoutMs,
    );
  });
}
