/**
 * The first stage of a reading: bytes of an execution trace of Go 1.5 to 1.26 in, ordered events and what they name out.
 */
import { EventOutput } from './event-output.ts';
import { type FormatRules, formatVersions, headerBytes, headerVersion } from './format-version.ts';
import type { LayoutReader } from './layout-reader.ts';
import { Pace } from './pace.ts';
import type { Relay } from './trace-messages.ts';
import { traceProblem } from './trace-problem.ts';
import { V1Reader } from './v1/v1-reader.ts';
import { V2Reader } from './v2-reader.ts';

/** The bytes of one trace. */
export interface TraceSource {
  readonly sizeBytes: number;
  /** The bytes in order; a chunk is copied before the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface ReadTraceOptions {
  /** Ends the reading early, without a problem. */
  readonly signal?: AbortSignal;
  /** Lets other work run; called about every 40 ms. Default: one turn of the event loop. */
  readonly rest?: () => Promise<void>;
  /** Bytes of the file read so far. */
  readonly progress?: (bytes: number) => void;
}

/** Chunks are taken in pieces of this size, so that what is held beside a generation stays small. */
const pieceBytes = 1_048_576;

/**
 * Reads a trace to its end. Never throws for what the bytes hold: a problem is said, and what was read before stays.
 * Time is linear in the size; memory is one generation (version 2) or the file (version 1) and tables of what is alive or named.
 */
export async function readEvents(source: TraceSource, relay: Relay, options: ReadTraceOptions = {}): Promise<void> {
  const output = new EventOutput(relay);
  const pace = new Pace(options.signal, options.rest);
  let head = new Uint8Array(0);
  let reader: LayoutReader | undefined;
  let version: number | undefined;
  let rules: FormatRules | undefined;
  let readBytes = 0;

  const take = async (piece: Uint8Array): Promise<boolean> => {
    if (reader !== undefined) {
      reader.push(piece);
      return (await reader.drain()) === 'on';
    }
    head = joined(head, piece);
    if (head.length < headerBytes) return true;
    version = headerVersion(head);
    rules = version === undefined ? undefined : formatVersions.get(version);
    if (version === undefined || rules === undefined) return false;
    output.header({ formatVersion: version, writers: rules.writers, layout: rules.layout });
    reader =
      rules.layout === 'v1'
        ? new V1Reader(rules, version, source.sizeBytes, output, pace)
        : new V2Reader(rules, output, pace);
    reader.push(head.subarray(headerBytes));
    return (await reader.drain()) === 'on';
  };

  let isOn = true;
  for await (const chunk of source.chunks) {
    for (let from = 0; from < chunk.length && isOn; from += pieceBytes) {
      isOn = await take(chunk.subarray(from, Math.min(chunk.length, from + pieceBytes)));
      readBytes += Math.min(pieceBytes, chunk.length - from);
    }
    options.progress?.(readBytes);
    if (pace.isDue) await pace.giveWay();
    if (pace.isStopped) isOn = false;
    if (!isOn) break;
  }
  if (isOn && reader !== undefined) {
    reader.close();
    await reader.drain();
  }
  if (reader === undefined) output.warn(headerProblem(version));
  output.finish();
  const end = {
    startNs: reader?.startNs === undefined ? undefined : BigInt(reader.startNs),
    wallStartNs: reader?.wallStartNs,
    rawEventsByName: reader?.rawEventsByName,
    generations: reader?.generations ?? 0,
    readBytes: reader?.offset ?? 0,
    isStopped: pace.isStopped,
  };
  relay.say({ kind: 'end', end });
}

function headerProblem(version: number | undefined) {
  if (version === undefined) return traceProblem('go_trace/header_invalid', 0);
  return traceProblem('go_trace/version_unsupported', 0, { found: `1.${version}`, supported: '1.5-1.26' });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
