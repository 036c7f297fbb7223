/**
 * What a goroutine of a debug=1 dump waits for. The dump names no wait reason and leaves the runtime's innermost frames out, but prints their return addresses:
 * gopark and its caller for a select; gopark, its caller and one wrapper more for an operation on a channel. Which operation it is, the distance between the
 * two return addresses tells: the runtime's code is the same in every program that one version of Go builds, so the distance is that of the version.
 *
 * @source runtime/pprof/pprof.go printStackRecord; runtime/chan.go chansend1, chanrecv1, chanrecv2; runtime/select.go selectgo
 */

/** Bytes between the return addresses in chansend and chansend1. @source observed: Go 1.20.14, 1.21.13, 1.22.12, 1.23.12, 1.24.9, 1.25.4, 1.26.8 on amd64 */
const sendDistances: ReadonlySet<number> = new Set([1105, 942, 918, 980, 1029]);
/** The same in chanrecv and chanrecv1 or chanrecv2. Since Go 1.21 the two wrappers lie 32 bytes apart. */
const receiveDistances: ReadonlySet<number> = new Set([
  1285, 1221, 1019, 987, 1005, 973, 1098, 1066, 1139, 1107, 1185, 1153, 1244, 1212,
]);

/**
 * @param addresses return addresses, innermost first
 * @param shown address of the innermost frame that is named; return addresses point one behind it
 * @returns a state in the words of debug=2, empty where the addresses do not tell
 */
export function hiddenWait(addresses: readonly number[], shown: number): string {
  const hidden = addresses.findIndex((a) => a - 1 === shown || a === shown);
  if (hidden === 2) return 'select';
  if (hidden !== 3) return '';
  const distance = (addresses[1] as number) - (addresses[2] as number);
  if (sendDistances.has(distance)) return 'chan send';
  return receiveDistances.has(distance) ? 'chan receive' : '';
}
