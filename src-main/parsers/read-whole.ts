/** For formats that cannot be read in passing: all bytes at once, up to a limit that is said when it is reached. */
import type { Sink, Source } from './contract.ts';

export async function readWhole(
  source: Source,
  limit: number,
  sink: Sink,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source.chunks()) {
    if (signal.aborted) return undefined;
    length += chunk.length;
    if (length > limit) {
      sink.warn({ code: 'read/too_large', severity: 'error', phase: 'read', at: { offset: limit }, args: { limit } });
      return undefined;
    }
    parts.push(chunk.slice());
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
