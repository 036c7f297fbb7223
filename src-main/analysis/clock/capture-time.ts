/**
 * When a file without a time inside was made: from its name, else from when it was last written. A name may hold seconds since 1970, a full date, or
 * only a time of day; the last is believed only where it agrees with the file's time or lies within the times the case is sure of.
 */
import { parseTimestamp } from '../../parsers/text/timestamp.ts';

export interface CaptureTime {
  readonly ns: bigint;
  readonly uncertaintyNs: bigint;
  readonly basis: 'file_name' | 'file_time';
}

const second = 1_000_000_000n;
const hour = 3_600n * second;
const day = 86_400n * second;
const compact = /(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})[T_.-]?(\d{2})[:_.-]?(\d{2})[:_.-]?(\d{2})(?!\d)/;
const epoch = /(?<!\d)(1[0-9]{9})(\d{3})?(?!\d)/;
const timeOfDay = /(?<!\d)([01]\d|2[0-3])[:_.-]?([0-5]\d)[:_.-]?([0-5]\d)(?!\d)/;

/** The times the case is sure of, from evidence with a clock inside. */
export interface SureWindow {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/**
 * @param path the whole path: folders carry times too
 * @param sure where wall times of other evidence lie; undefined if there are none
 * @param modifiedCounts whether file times of this bundle tell anything (they differ, or agree with `sure`)
 */
export function captureTime(
  path: string,
  modifiedNs: bigint | undefined,
  sure: SureWindow | undefined,
  modifiedCounts: boolean,
): CaptureTime | undefined {
  for (const name of path.split('!/').join('/').split('/').reverse()) {
    const named = fromName(name, modifiedCounts ? modifiedNs : undefined, sure);
    if (named !== undefined && isPlausible(named, sure))
      return { ns: named, uncertaintyNs: second, basis: 'file_name' };
  }
  if (modifiedNs !== undefined && modifiedCounts && isPlausible(modifiedNs, sure))
    return { ns: modifiedNs, uncertaintyNs: 2n * second, basis: 'file_time' };
  return undefined;
}

function isPlausible(ns: bigint, sure: SureWindow | undefined): boolean {
  if (!sure) return true;
  return ns > sure.fromNs - hour && ns < sure.toNs + hour;
}

function fromName(name: string, modifiedNs: bigint | undefined, sure: SureWindow | undefined): bigint | undefined {
  const full = compact.exec(name);
  if (full) return parseTimestamp(`${full[1]}-${full[2]}-${full[3]} ${full[4]}:${full[5]}:${full[6]}`)?.ns;
  const seconds = epoch.exec(name);
  if (seconds) return parseTimestamp(seconds[0])?.ns;
  const clock = timeOfDay.exec(name);
  if (!clock) return undefined;
  const inDay =
    (BigInt(clock[1] as string) * 3_600n + BigInt(clock[2] as string) * 60n + BigInt(clock[3] as string)) * second;
  const near = sure ? (sure.fromNs + sure.toNs) / 2n : modifiedNs;
  if (near === undefined) return undefined;
  // the day on which that time of day lies nearest
  const midnight = near - (near % day);
  let best = midnight + inDay;
  for (const candidate of [midnight - day + inDay, midnight + day + inDay])
    if (abs(candidate - near) < abs(best - near)) best = candidate;
  const reference = modifiedNs ?? near;
  return abs(best - reference) < hour || (sure && isPlausible(best, sure)) ? best : undefined;
}

export function abs(x: bigint): bigint {
  return x < 0n ? -x : x;
}
