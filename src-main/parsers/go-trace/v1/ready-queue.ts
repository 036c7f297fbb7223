/** Streams whose next event is ready, earliest first: a binary heap of at most one entry for each stream. */
export class ReadyQueue {
  length = 0;
  private readonly streams: Int32Array;
  private readonly keys: Float64Array;

  /** `most`: how many streams there are. */
  constructor(most: number) {
    this.streams = new Int32Array(most);
    this.keys = new Float64Array(most);
  }

  put(stream: number, key: number): void {
    const { streams, keys } = this;
    let i = this.length++;
    while (i > 0) {
      const parent = Math.floor((i - 1) / 2);
      if (keys[parent] <= key) break;
      streams[i] = streams[parent];
      keys[i] = keys[parent];
      i = parent;
    }
    streams[i] = stream;
    keys[i] = key;
  }

  /** Takes the stream with the least key; the queue must not be empty. */
  take(): number {
    const { streams, keys } = this;
    const first = streams[0];
    const length = --this.length;
    const stream = streams[length];
    const key = keys[length];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      if (child + 1 < length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      streams[i] = streams[child];
      keys[i] = keys[child];
      i = child;
    }
    streams[i] = stream;
    keys[i] = key;
    return first;
  }
}
