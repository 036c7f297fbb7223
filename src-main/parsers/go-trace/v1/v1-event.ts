/** The event that goes through ordering, check and conversion: one object, filled anew for each event. */
import { V1 } from './v1-event-table.ts';

export class V1Event {
  code: number = V1.Batch;
  ticks = 0;
  /** 0 for none, as in the file. */
  goroutine = 0;
  /** -1 for none. */
  proc = -1;
  arg0 = 0;
  arg1 = 0;
  arg2 = 0;
  arg3 = 0;
  /** Index of the trace's stacks. */
  stack = 0;
  offset = 0;
  /** Of GoSysCall: whether the call blocked, that is, whether the next event of the P says so. */
  doesBlock = false;
}
