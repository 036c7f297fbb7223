/**
 * Version 1 events on their way from the first stage, which orders and checks them, to the second, which turns them into events of version 2:
 * rows of an `EventBlock` with the codes of version 1. The number of the thread, which these events lack, says whether a system call blocked.
 */
import {
  argsAt,
  type EventBlock,
  goroutineAt,
  offsetAt,
  procAt,
  rowWidth,
  threadAt,
  timeAt,
} from '../events/event-block.ts';
import type { V1Rules } from '../format-version.ts';
import type { V1Event } from './v1-event.ts';
import { V1 } from './v1-event-table.ts';

/** What the second stage has to know of the file. */
export interface V1Basis {
  readonly rules: V1Rules;
  readonly nsPerTick: number;
  /** Start of the trace. */
  readonly firstTicks: number;
  /** String of the reason by code of the event that stops or blocks a goroutine. */
  readonly stopReasons: Uint32Array;
  /** Strings of the reasons of a stop of the world in Go 1.21, by number. */
  readonly stwReasons: readonly number[];
}

/** A row that is no event of the file: where the trace begins, and where a whole one ends. */
export const syncRow = 63;

/** By code: the argument that names a string of the file, or -1. */
const labelArg = new Int8Array(64).fill(-1);
labelArg[V1.GoStartLabel] = 2;
labelArg[V1.UserTaskCreate] = 2;
labelArg[V1.UserRegion] = 2;
labelArg[V1.UserLog] = 1;

/** Writes the event as the next row; the block has room. `labelOf` turns a string of the file into one of the trace. */
export function writeV1(block: EventBlock, event: V1Event, labelOf: (id: number) => number): void {
  const { num } = block;
  const { code } = event;
  const row = block.rows++;
  const at = row * rowWidth;
  block.code[row] = code;
  block.stack[row] = event.stack;
  num[at + timeAt] = event.ticks;
  num[at + threadAt] = event.doesBlock ? 1 : 0;
  num[at + procAt] = event.proc;
  num[at + goroutineAt] = event.goroutine;
  num[at + offsetAt] = event.offset;
  num[at + argsAt] = event.arg0;
  num[at + argsAt + 1] = event.arg1;
  num[at + argsAt + 2] = event.arg2;
  const label = labelArg[code];
  if (label >= 0) num[at + argsAt + label] = labelOf(num[at + argsAt + label]);
}

/** Reads row `r` into `event`. */
export function readV1(block: EventBlock, r: number, event: V1Event): void {
  const { num } = block;
  const at = r * rowWidth;
  event.code = block.code[r];
  event.stack = block.stack[r];
  event.ticks = num[at + timeAt];
  event.doesBlock = num[at + threadAt] === 1;
  event.proc = num[at + procAt];
  event.goroutine = num[at + goroutineAt];
  event.offset = num[at + offsetAt];
  event.arg0 = num[at + argsAt];
  event.arg1 = num[at + argsAt + 1];
  event.arg2 = num[at + argsAt + 2];
}
