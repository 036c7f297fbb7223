/**
 * Every event of every stored trace, field by field, as Go's own reader has it: counts by kind, states of goroutines and Ps, GC ranges, stops of
 * the world, metrics, tasks, regions, logs, CPU samples, alloc/free events, and every frame of every stack.
 *
 * With Go here the oracle is asked anew; without it, its answer stored as a digest must do, and the test says so.
 */
import { describe, expect, it } from 'vitest';
import { fixtureNames, fixturePath, sourceOf, stored } from './fixtures.ts';
import { goRoot } from './go-tool.ts';
import { modelCycles } from './model-cycles.ts';
import { modelText } from './model-text.ts';
import { comparable, digest, oracleReading, rawCounts } from './oracle.ts';
import { oracleCycles } from './oracle-cycles.ts';

const hasGo = goRoot() !== undefined;
const hasGo121 = goRoot('1.21.13') !== undefined;
/** Go's present reader takes traces of Go 1.11 and later. */
const known = fixtureNames.filter((name) => stored(name, 'expected.json').lines !== undefined);
/** Go 1.21 takes all of version 1, but of traces of 1.5 and 1.6 it asks for the program too. */
const version1 = fixtureNames.filter((name) => {
  const { rawRefused, rawEventsByName } = stored(name, 'expected.json');
  return rawEventsByName !== undefined && rawRefused !== true && !name.includes('-1-5');
});

describe('the text of go tool trace -d=parsed', () => {
  it.each(known)('is stored as a digest, and rebuilt from the tables: %s', async (name) => {
    const { lines, summary } = await modelText(sourceOf(fixturePath(name)));
    expect(digest(comparable(lines, summary.formatVersion))).toBe(stored(name, 'expected.json').lines);
  });

  it.skipIf(!hasGo).each(known)('(with Go) is rebuilt line by line: %s', async (name) => {
    const oracle = oracleReading(fixturePath(name));
    const { lines, summary, trace } = await modelText(sourceOf(fixturePath(name)));
    expect(comparable(lines, summary.formatVersion)).toEqual(oracle.lines);
    const startNs = oracle.formatVersion < 22 ? 0n : (summary.startNs ?? 0n);
    expect(modelCycles(trace)).toEqual(oracleCycles(oracle.events, startNs));
    expect(trace.clocks.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot.wallNs]))).toEqual(
      oracle.events.flatMap(({ detail }) => wallNs(detail)),
    );
  });

  it.skipIf(!hasGo121).each(version1)('(with Go 1.21) has the raw events of a version 1 file: %s', async (name) => {
    const { summary } = await modelText(sourceOf(fixturePath(name)));
    expect(summary.rawEventsByName).toEqual(rawCounts(fixturePath(name)));
  });

  it.runIf(!hasGo)('SKIPPED line by line: no Go here to ask', () => undefined);
  it.runIf(!hasGo121)('SKIPPED raw events: GOTOOLCHAIN=go1.21.13 is not here', () => undefined);
});

/** Wall clock of a sync, in nanoseconds since 1970. */
function wallNs(detail: string): bigint[] {
  const found = / Wall=(\S+?)(?:\.(\d+))?Z$/.exec(detail);
  if (found === null) return [];
  return [BigInt(Date.parse(`${found[1]}Z`)) * 1_000_000n + BigInt((found[2] ?? '').padEnd(9, '0'))];
}
