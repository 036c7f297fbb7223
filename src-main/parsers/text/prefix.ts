/**
 * What log shippers put before a line: CRI, journald, docker compose, `kubectl logs --timestamps`, syslog, and any other prefix of constant
 * shape. A known form is recognised at once; an unknown one is learned from the first machine line found behind it: the same length and
 * the same classes of characters (digit, letter, itself) on the lines that follow.
 */
import type { Line } from './line.ts';
import { parseTimestamp, type Timestamp } from './timestamp.ts';

const longestPrefix = 160;
const cri = /^ (?:stdout|stderr) ([FP]) ?/;
const composed = /^[A-Za-z0-9][\w.-]{0,60} {0,30}\| /;
const host = /^ [\w.:-]{1,64} ([\w./@-]{1,64})(?:\[\d{1,7}\])?: /;
/** glog and klog `I1124 06:00:00.123456  211 file.go:219] `, CockroachDB `I261124 06:00:00.123456 211 file.go:219  `. */
const googleLog =
  /^[DIWEF](\d{2})?(\d{2})(\d{2}) {1,2}(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?) {1,8}(?:\d{1,9} {1,4})?[^\s\]]{1,100}:\d{1,7}(?:\]| )/;
const separator = /^[ \t]*(?:\||:|\]|-)?[ \t]+/;

/** A wall time that stands before a line. */
export interface LinePrefix {
  readonly wallNs: bigint;
  readonly resolutionNs: bigint;
  readonly hasZone: boolean;
}

export interface StrippedPrefix {
  /** Bytes of the line that belong to the prefix. */
  readonly length: number;
  readonly time: LinePrefix | undefined;
  /** CRI splits long lines: this one goes on in the next. */
  readonly partial: boolean;
}

/** Takes the known prefixes off a line; undefined where there is none. */
export function stripKnownPrefix(line: Line, year: number | undefined): StrippedPrefix | undefined {
  const head = line.head(longestPrefix);
  const priority = /^<\d{1,3}>(?:\d )?/.exec(head);
  const from = priority ? priority[0].length : 0;
  const bracket = head.charCodeAt(from) === 91 ? 1 : 0;
  const time = parseTimestamp(head.slice(from + bracket), year);
  if (time) {
    const after = from + bracket + time.length;
    const rest = head.slice(after);
    const container = cri.exec(rest);
    if (container)
      return { length: after + container[0].length, time: prefixTime(time), partial: container[1] === 'P' };
    const unit = host.exec(rest);
    if (unit && !bracket) return { length: after + unit[0].length, time: prefixTime(time), partial: false };
    const gap = separator.exec(rest);
    if (gap) return { length: after + gap[0].length, time: prefixTime(time), partial: false };
    return undefined;
  }
  const google = googleLog.exec(head);
  if (google) {
    const date = `${google[1] === undefined ? (year ?? 1970) : 2000 + Number(google[1])}-${google[2]}-${google[3]}`;
    const stamp = parseTimestamp(`${date} ${google[4]}`);
    if (stamp)
      return { length: google[0].length + blanksAt(head, google[0].length), time: prefixTime(stamp), partial: false };
  }
  const compose = composed.exec(head);
  if (compose) return { length: compose[0].length, time: undefined, partial: false };
  return undefined;
}

function blanksAt(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at - from;
}

export function prefixTime(time: Timestamp): LinePrefix {
  return { wallNs: time.ns, resolutionNs: time.resolutionNs, hasZone: time.hasZone };
}

/** A prefix learned from one line, tried on the others. */
export class LearnedPrefix {
  private shape = '';

  learn(line: Line, length: number): void {
    this.shape = shapeOf(line.head(length));
  }

  /** Length of the learned prefix if this line has it, else 0. */
  matches(line: Line): number {
    const n = this.shape.length;
    return n > 0 && line.length > n && shapeOf(line.head(n)) === this.shape ? n : 0;
  }
}

function shapeOf(text: string): string {
  return text.replace(/\d/g, '0').replace(/[A-Za-z]/g, 'a');
}
