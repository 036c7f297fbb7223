/** `engine run` and `engine replay`: recorded answers of the Go runtime against what the engine computes from the same inputs. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { Refusal } from '../case/refusal.ts';
import { recordedMarksOf } from '../engine/replay/mark-checks.ts';
import { OplogReplay, type OplogReplayResult } from '../engine/replay-oplog.ts';
import { runVectors, type VectorRunResult } from '../engine/run-vectors.ts';
import { CaseFormatError } from '../engine/vectors/case-reader.ts';

/** JSON documents are held whole, so they have a limit; captures are streamed and have none. */
const maxJsonBytes = 256 * 2 ** 20;
/** Pieces of a log between two looks at the signal: some milliseconds of replay. */
const pieceBytes = 2 ** 18;

export interface ReplayRequest {
  /** Recorded marks; the document beside the capture where none is named. */
  readonly marks: string | undefined;
  readonly hasAddresses: boolean;
  readonly signal: AbortSignal;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Runs a file of vectors.
 *
 * @throws Refusal `engine/not_vectors`, `engine/json_too_large`, `open/not_found`
 */
export function runVectorFile(path: string): VectorRunResult {
  const document = jsonFile(path);
  try {
    return runVectors(document);
  } catch (error) {
    if (error instanceof CaseFormatError)
      throw new Refusal('engine/not_vectors', { name: path, reason: error.message });
    throw error;
  }
}

/**
 * Replays an operation log. Memory follows the heap in the log, not its length.
 *
 * @throws Refusal `open/not_found`, `engine/not_a_capture`, `engine/json_too_large`, `open/cancelled`
 */
export async function replayFile(path: string, request: ReplayRequest): Promise<OplogReplayResult> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Refusal('open/not_found', { name: path });
  const replay = new OplogReplay({ marks: marksFor(path, request.marks), hasAddresses: request.hasAddresses });
  const totalBytes = statSync(path).size;
  let doneBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: pieceBytes })) {
    if (request.signal.aborted) throw new Refusal('open/cancelled');
    replay.feed(chunk as Buffer);
    doneBytes += (chunk as Buffer).length;
    request.progress(doneBytes, totalBytes);
    if (replay.isStopped) break;
  }
  const result = replay.end();
  if (replay.heap === undefined)
    throw new Refusal('engine/not_a_capture', { name: path, reason: result.stopped?.message ?? '' });
  return result;
}

/** The marks beside a capture: its name with the ending `.marks.json` or `.json`. */
function marksFor(path: string, named: string | undefined) {
  if (named !== undefined) return recordedMarksOf(jsonFile(named));
  const stem = path.replace(/\.[^./\\]{1,16}$/, '');
  const beside = [`${stem}.marks.json`, `${stem}.json`].find((p) => p !== path && existsSync(p));
  return beside === undefined ? [] : recordedMarksOf(jsonFile(beside));
}

function jsonFile(path: string): unknown {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Refusal('open/not_found', { name: path });
  const { size } = statSync(path);
  if (size > maxJsonBytes) throw new Refusal('engine/json_too_large', { name: path, bytes: size, limit: maxJsonBytes });
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal('engine/not_json', { name: path, reason: error.message });
    throw error;
  }
}
