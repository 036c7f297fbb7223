/** Two heaps over one time axis as paths of an SVG picture. */
type Point = readonly [seconds: number, bytes: number];

export interface HeapPaths {
  readonly measured: string;
  readonly predicted: string;
  readonly seconds: number;
  readonly bytes: number;
}

/** Paths in a picture of `width` x `height`, time from the left, bytes from the bottom. */
export function heapPaths(
  measured: readonly Point[],
  predicted: readonly Point[],
  width: number,
  height: number,
): HeapPaths {
  let seconds = 1e-9;
  let bytes = 1;
  for (const [t, b] of [...measured, ...predicted]) {
    if (t > seconds) seconds = t;
    if (b > bytes) bytes = b;
  }
  const path = (points: readonly Point[]) =>
    points
      .map(
        ([t, b], i) => `${i === 0 ? 'M' : 'L'}${round((width * t) / seconds)} ${round(height - (height * b) / bytes)}`,
      )
      .join('');
  return { measured: path(measured), predicted: path(predicted), seconds, bytes };
}

function round(n: number): number {
  return Math.round(10 * n) / 10;
}
