/**
 * Where a trace without wall times lies, told by its collections: gctrace of the same process dates each cycle to a millisecond, and no two stretches of
 * a run have the same distances between cycles. The trace is laid along the dated cycles until all of its own fall on one each.
 */

/** gctrace rounds the begin of a cycle to a millisecond; the trace tells when the world was stopped, a little later. */
export const slackNs = 5_000_000n;
/** Fewer cycles than this fit anywhere. */
const fewestCycles = 3;

/**
 * Wall time at the start of the trace, or undefined where no place fits or more than one does.
 *
 * @param cyclesNs begins of the trace's cycles, nanoseconds since its start, rising
 * @param dated begins of cycles in wall time, rising
 * @param within bounds of the answer
 */
export function placeByCycles(
  cyclesNs: readonly number[],
  dated: readonly bigint[],
  within: { readonly lo: bigint; readonly hi: bigint } | undefined,
): bigint | undefined {
  const [first] = cyclesNs;
  if (first === undefined || cyclesNs.length < fewestCycles) return undefined;
  const found: bigint[] = [];
  for (const wallNs of dated) {
    const start = wallNs - BigInt(Math.round(first));
    if (within && (start < within.lo || start > within.hi)) continue;
    if (cyclesNs.every((ns) => isNear(dated, start + BigInt(Math.round(ns))))) found.push(start);
  }
  return found.length === 1 ? found[0] : undefined;
}

function isNear(dated: readonly bigint[], wallNs: bigint): boolean {
  let low = 0;
  let high = dated.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((dated[middle] as bigint) < wallNs - slackNs) low = middle + 1;
    else high = middle;
  }
  return low < dated.length && (dated[low] as bigint) <= wallNs + slackNs;
}
