// Keeping score: how often the engine said beforehand what a record then said.
//
// A column is what is predicted for one kind of record, and goes by the record's letter (as a character code, so that counting is an array
// access): the address of an allocation, or both the span a refill got and where from. A miss has a reason; misses are counted by
// reason.

export interface ColumnScore {
  readonly predicted: number;
  readonly correct: number;
}

export class ReplayScore {
  private readonly predicted = new Float64Array(128);
  private readonly correct = new Float64Array(128);
  private readonly reasons = new Map<string, number>();

  /** A right prediction for a record with this letter code. */
  hit(code: number): void {
    this.predicted[code]++;
    this.correct[code]++;
  }

  /** A wrong one. */
  miss(code: number, reason: string): void {
    this.predicted[code]++;
    const key = `${String.fromCharCode(code)}: ${reason}`;
    this.reasons.set(key, (this.reasons.get(key) ?? 0) + 1);
  }

  /** Sum over the columns of some letters. */
  sum(letters: string): ColumnScore {
    let predicted = 0;
    let correct = 0;
    for (const letter of letters) {
      predicted += this.predicted[letter.charCodeAt(0)];
      correct += this.correct[letter.charCodeAt(0)];
    }
    return { predicted, correct };
  }

  /** Misses by reason, for the columns of some letters. */
  missesOf(letters: string): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.reasons].filter(([key]) => letters.includes(key.charAt(0))));
  }
}
