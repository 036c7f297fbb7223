/** A clock of evidence as a person reads it: where its zero lies, and how sure that is. */
import type { ClockEntry } from '../../../src-main/api/contract/documents.ts';
import { formatDuration } from '../../../src-main/api/contract/format.ts';

/** `±15.0 ms`; empty where there is nothing to doubt. */
export function uncertaintyText(clock: Pick<ClockEntry, 'uncertainty_ns'>): string {
  const ns = Number(clock.uncertainty_ns);
  return ns > 0 ? `±${formatDuration(ns / 1e9)}` : '';
}

/** Offsets above a year are moments: the zero of the clock on the wall. Smaller ones are corrections. */
export function offsetText(clock: Pick<ClockEntry, 'offset_ns'>): string {
  const ns = BigInt(clock.offset_ns);
  if (ns === 0n) return '0';
  const size = ns < 0n ? -ns : ns;
  if (size < 31_536_000_000_000_000n) return `${ns < 0n ? '' : '+'}${formatDuration(Number(ns) / 1e9)}`;
  const date = new Date(Number(ns / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${ns} ns` : date.toISOString().replace('T', ' ').replace('Z', '');
}
