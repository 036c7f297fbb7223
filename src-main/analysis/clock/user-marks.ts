/**
 * Where a trace lies in wall time by what the program itself wrote into it: messages of `trace.Log`, names of tasks and regions.
 *
 * - A message may hold the time at which it was written. Said of a moment of the trace, it bounds the offset to the step of its last digit.
 * - The same words may stand in a log of the bundle, which has a time: then the trace's moment is that line's, to the step of the log's stamps. Words that
 *   stand in several lines give as many places; see `agreement.ts` for how one is chosen.
 *
 * Between taking a time or writing a line and logging into the trace a goroutine may lose its P: `slackNs` on both sides. One mark alone cannot be
 * checked by another and is worth a second.
 *
 * @source Go 1.26 runtime/trace/annotation.go Log, NewTask, WithRegion
 */

import { eachLineNow } from '../../case/evidence-lines.ts';
import { TableReader } from '../../case/store/tables.ts';
import { wallClock } from '../../parsers/contract.ts';
import type { CaseData } from '../case-data.ts';
import { TraceNames } from '../heap/trace-names.ts';
import { type Agreement, agreementOf, type Bound } from './agreement.ts';
import { searchedChars, shortestText, TextSearch } from './log-search.ts';
import { timeInText } from './time-in-text.ts';

/** What a kind of mark says: a place, or that its marks contradict each other. */
export type Placed = Omit<Agreement, 'marks'> | 'contradicts';

export interface UserMark {
  readonly text: string;
  /** Since the start of the trace. */
  readonly timeNs: number;
}

const slackNs = 5_000_000n;
const loneSlackNs = 1_000_000_000n;
const marksRead = 20_000;
const textsSought = 4_096;
/** Words that come more often than this say nothing of when. */
const mostAlike = 64;
/** Text of logs that is read again, of one case. */
const searchedBytes = 64 * 2 ** 20;

/** Messages, tasks and regions of a trace in the order of its tables; the first ones of a trace that has very many. */
export function userMarks(data: CaseData, evidence: number): readonly UserMark[] {
  const tables = new TableReader(data.source.store);
  const names = new TraceNames(tables, evidence);
  const marks: UserMark[] = [];
  const read = (table: string, text: string, time: string) => {
    let rows = 0;
    for (const { seq } of tables.chunks(evidence, table)) {
      const columns = tables.columns(evidence, table, seq, [text, time, 'hasBegin']);
      const times = columns?.[time];
      for (let i = 0; i < (times?.length ?? 0); i++) {
        if (++rows > marksRead) return;
        if (columns?.hasBegin && columns.hasBegin[i] === 0) continue;
        marks.push({ text: names.string(columns?.[text]?.[i] as number).trim(), timeNs: times?.[i] as number });
      }
    }
  };
  read('logs', 'messageString', 'timeNs');
  read('tasks', 'nameString', 'beginNs');
  read('regions', 'nameString', 'beginNs');
  return marks.filter((m) => m.text !== '');
}

/** The offset by times in the messages. Undefined where there are none to go by. */
export function placeByTimes(marks: readonly UserMark[]): Placed | undefined {
  const bounds: Bound[] = [];
  // a moment said again later is not the present one
  const seen = new Set<bigint>();
  let isBare = true;
  for (const { text, timeNs } of marks) {
    const said = timeInText(text);
    if (!said || seen.has(said.ns)) continue;
    seen.add(said.ns);
    const lo = said.ns - BigInt(Math.round(timeNs));
    bounds.push({ mark: bounds.length, lo: lo - slackNs, hi: lo + said.resolutionNs + slackNs });
    isBare &&= said.isBare;
  }
  // bare digits once may be anything
  if (bounds.length === 0 || (bounds.length === 1 && isBare)) return undefined;
  return settled(bounds);
}

/** A line of a log that has a time. */
interface Sighting {
  readonly wallNs: bigint;
  readonly resolutionNs: bigint;
}

/**
 * The offset by lines of the logs with the same words. Undefined where no log has any. Reads the logs again.
 *
 * @param offsetOf what to add to the stamps of a log; undefined for one that is on no clock
 */
export function placeByLines(
  data: CaseData,
  marks: readonly UserMark[],
  offsetOf: (evidence: number) => bigint | undefined,
): Placed | undefined {
  const times = new Map<string, number[]>();
  for (const { text, timeNs } of marks) {
    if (text.length < shortestText || !/\p{L}/u.test(text)) continue;
    const same = times.get(text);
    if (same) same.push(timeNs);
    else if (times.size < textsSought) times.set(text, [timeNs]);
  }
  const texts = [...times.keys()].filter((text) => (times.get(text) as number[]).length <= mostAlike);
  if (texts.length === 0) return undefined;
  const sightings = linesWith(data, texts, offsetOf);
  const bounds: Bound[] = [];
  let mark = 0;
  texts.forEach((text, i) => {
    const lines = sightings.get(i) ?? [];
    if (lines.length === 0 || lines.length > mostAlike) return;
    for (const timeNs of times.get(text) as number[]) {
      for (const { wallNs, resolutionNs } of lines) {
        const lo = wallNs - BigInt(Math.round(timeNs));
        bounds.push({ mark, lo: lo - slackNs, hi: lo + resolutionNs + slackNs });
      }
      mark++;
    }
  });
  return bounds.length === 0 ? undefined : settled(bounds);
}

function settled(bounds: readonly Bound[]): Placed {
  const agreement = agreementOf(bounds);
  if (!agreement) return 'contradicts';
  const { agreeing, lo, hi } = agreement;
  if (agreeing === 1) return { lo: lo - loneSlackNs, hi: hi + loneSlackNs, agreeing };
  // however many agree, each may be late by the same
  const middle = (lo + hi) / 2n;
  return hi - lo < 2n * slackNs ? { lo: middle - slackNs, hi: middle + slackNs, agreeing } : { lo, hi, agreeing };
}

/** Sightings by index of the text, up to one more than count. */
function linesWith(
  data: CaseData,
  texts: readonly string[],
  offsetOf: (evidence: number) => bigint | undefined,
): ReadonlyMap<number, Sighting[]> {
  const search = new TextSearch(texts);
  const out = new Map<number, Sighting[]>();
  let budget = searchedBytes;
  for (const { evidence, frame, clock } of data.source.reader.framesNamed('log')) {
    const offsetNs = clock.domain === wallClock.domain ? offsetOf(evidence) : undefined;
    if (offsetNs === undefined || budget <= 0) continue;
    const byLine = new Map<number, readonly number[]>();
    const path = data.source.vault.pathOf(data.evidenceById(evidence).sha256);
    budget -= eachLineNow(path, budget, (line) => {
      const found = search.in(line.head(searchedChars));
      if (found.size > 0) byLine.set(line.number, [...found]);
    });
    if (byLine.size === 0) continue;
    const found: { wallNs: bigint; texts: readonly number[] }[] = [];
    const step = new Step();
    data.source.reader.scan({ evidence, frame }, [], ({ originNs, t, position }) => {
      t.forEach((ns, i) => {
        const wallNs = originNs + BigInt(Math.round(ns));
        step.add(wallNs);
        const of = byLine.get(position[i] as number);
        if (of) found.push({ wallNs: wallNs + offsetNs, texts: of });
      });
    });
    for (const { wallNs, texts: of } of found) {
      for (const i of of) {
        const lines = out.get(i) ?? [];
        if (lines.length <= mostAlike) lines.push({ wallNs, resolutionNs: step.ns });
        out.set(i, lines);
      }
    }
  }
  return out;
}

/** The step of a log's stamps: the largest power of ten, a second at most, that all are whole multiples of. */
class Step {
  ns = 1_000_000_000n;

  add(wallNs: bigint): void {
    while (this.ns > 1n && wallNs % this.ns !== 0n) this.ns /= 10n;
  }
}
