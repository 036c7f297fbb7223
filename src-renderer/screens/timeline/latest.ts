/** Asks that overtake each other: only the answer to the last one counts. A short rest first, since ranges and cursors move in bursts. */
export class Latest {
  private turn = 0;
  private readonly restMs: number;

  constructor(restMs = 60) {
    this.restMs = restMs;
  }

  async run<T>(ask: () => Promise<T>, take: (answer: T) => void): Promise<void> {
    const turn = ++this.turn;
    await new Promise((resolve) => setTimeout(resolve, this.restMs));
    if (turn !== this.turn) return;
    const answer = await ask();
    if (turn === this.turn) take(answer);
  }
}
