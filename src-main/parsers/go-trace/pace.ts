/**
 * Keeps a long read polite: now and then it lets the host's other work run, so that a cancellation arrives within a tenth of a second.
 */
const restEveryMs = 40;

export class Pace {
  private since = performance.now();
  private readonly signal: AbortSignal | undefined;
  private readonly rest: () => Promise<void>;

  /** `rest` gives way to other work; the default waits until what is pending had its turn. */
  constructor(signal: AbortSignal | undefined, rest: (() => Promise<void>) | undefined) {
    this.signal = signal;
    this.rest = rest ?? nextTurn;
  }

  get isStopped(): boolean {
    return this.signal?.aborted === true;
  }

  /** True where it is time to `giveWay`. */
  get isDue(): boolean {
    return performance.now() - this.since > restEveryMs;
  }

  async giveWay(): Promise<void> {
    await this.rest();
    this.since = performance.now();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
