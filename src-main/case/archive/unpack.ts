/**
 * One way to walk any container: each regular member is shown with its bytes as a stream; what is not a regular file, or cannot be trusted, is
 * noted and passed over.
 */

import type { Severity } from '../../api/contract/evidence.ts';
import type { MessageArgs, MessageCode } from '../../api/contract/messages.ts';

export interface Member {
  readonly name: string;
  readonly modifiedNs: bigint | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Bytes of the compressed form read so far; 0 where the whole container is compressed as one. */
  compressedSoFar(): number;
  /** Size the container states, -1 where it does not. */
  readonly statedBytes: number;
  /** CRC-32 the container states, or undefined. */
  readonly crc32: number | undefined;
}

export interface Note {
  readonly code: MessageCode;
  readonly severity: Severity;
  readonly args: MessageArgs;
}

export interface Visit {
  member(member: Member): Promise<void>;
  note(note: Note): void;
  /** Import the other members of an archive in which a name tries to leave it: only when the person said so. */
  readonly skipUnsafe: boolean;
  readonly signal: AbortSignal;
}
