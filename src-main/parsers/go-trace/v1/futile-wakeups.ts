/**
 * Counts version 1 events as `go tool trace -d` lists them. That tool leaves out futile wake-ups: a goroutine woken for something that another
 * one took first, so that it blocks again. The events themselves stay in the model; they happened.
 *
 * @source Go 1.21 internal/trace/parser.go removeFutile
 */
import type { V1Event } from './v1-event.ts';
import { V1, v1Codes, v1EventName } from './v1-event-table.ts';

/** What a goroutine did since it was woken last. */
interface Wakeup {
  unblocks: number;
  starts: number;
  preempts: number;
  futile: number;
}

const blocking: readonly number[] = [
  V1.GoBlock,
  V1.GoBlockSend,
  V1.GoBlockRecv,
  V1.GoBlockSelect,
  V1.GoBlockSync,
  V1.GoBlockCond,
];
const endsWakeup = new Uint8Array(64);
for (const code of blocking) endsWakeup[code] = 1;

export class RawCounts {
  private readonly counts = new Float64Array(v1Codes);
  /** Only kept once a futile wake-up was seen at all possible: traces since 1.9 have none, and then nothing is kept. */
  private readonly wakeups: Map<number, Wakeup> | undefined;

  /** `hasFutile`: whether the file has any FutileWakeup event. */
  constructor(hasFutile: boolean) {
    this.wakeups = hasFutile ? new Map() : undefined;
  }

  add(event: V1Event): void {
    this.counts[event.code]++;
    if (this.wakeups !== undefined) this.follow(event, this.wakeups);
  }

  /** Counts by name, nothing for what did not occur. */
  byName(): Record<string, number> {
    const names: Record<string, number> = {};
    for (let code = 0; code < v1Codes; code++) if (this.counts[code] > 0) names[v1EventName(code)] = this.counts[code];
    return names;
  }

  private follow(event: V1Event, wakeups: Map<number, Wakeup>): void {
    const { code, goroutine } = event;
    if (code === V1.GoUnblock) {
      const futile = wakeups.get(event.arg0)?.futile ?? 0;
      wakeups.set(event.arg0, { unblocks: 1, starts: 0, preempts: 0, futile });
    } else if (code === V1.GoStart || code === V1.GoPreempt || code === V1.FutileWakeup) {
      const wakeup = wakeups.get(goroutine) ?? { unblocks: 0, starts: 0, preempts: 0, futile: 0 };
      if (code === V1.GoStart) wakeup.starts++;
      else if (code === V1.GoPreempt) wakeup.preempts++;
      else wakeup.futile++;
      wakeups.set(goroutine, wakeup);
    } else if (endsWakeup[code] === 1) {
      const wakeup = wakeups.get(goroutine);
      wakeups.delete(goroutine);
      if (wakeup === undefined || wakeup.futile === 0) return;
      this.counts[code]--;
      this.counts[V1.GoUnblock] -= wakeup.unblocks;
      this.counts[V1.GoStart] -= wakeup.starts;
      this.counts[V1.GoPreempt] -= wakeup.preempts;
      this.counts[V1.FutileWakeup] -= wakeup.futile;
    }
  }
}
