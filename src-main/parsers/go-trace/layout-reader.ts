/** What the way in asks of a reader of either layout. */

/** A reading goes on, or is over. */
export type Course = 'on' | 'over';

export interface LayoutReader {
  /** Takes bytes behind the header; they are copied. */
  push(piece: Uint8Array): void;
  /** Says that no bytes follow. */
  close(): void;
  /** Reads what can be read of the bytes pushed; `over` once nothing that follows can matter. */
  drain(): Promise<Course>;
  /** Where in the file the next byte to read stands. */
  readonly offset: number;
  /** Start of the trace on its own clock, in nanoseconds. */
  readonly startNs: number | undefined;
  readonly wallStartNs: bigint | undefined;
  readonly generations: number;
  /** Version 1: the file's own events by name. */
  readonly rawEventsByName: Readonly<Record<string, number>> | undefined;
}
