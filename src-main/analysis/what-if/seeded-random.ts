/**
 * Random numbers that are the same in every run: what is predicted twice is predicted alike.
 *
 * @source Park and Miller, "Random number generators: good ones are hard to find", revised multiplier 48271; exact in doubles
 */
const modulus = 2_147_483_647;
const multiplier = 48_271;
/** Spreads neighbouring seeds over the whole range. */
const seedMultiplier = 1_327_217_885;

export class SeededRandom {
  private state: number;

  /** `seed`: a whole number from 1 to 4 million. */
  constructor(seed: number) {
    this.state = Math.max(1, (seed * seedMultiplier) % modulus);
  }

  /** Between 0 and 1, evenly. */
  next(): number {
    this.state = (this.state * multiplier) % modulus;
    return this.state / modulus;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Mean 0, deviation 1. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
