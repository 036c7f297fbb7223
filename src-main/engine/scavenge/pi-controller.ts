// A proportional-integral controller, as the background scavenger uses it to find the ratio of work to sleep that costs 1 % of CPU.
// When the output is clamped, the integral is pulled back by what was cut off ("reset time" tt), so that it does not wind up.

export interface PiControllerOptions {
  /** Proportional constant. */
  readonly kp: number;
  /** Integral time constant, in the unit of `period`; 0 switches the integral off. */
  readonly ti: number;
  /** Reset time, in the unit of `period`; 0 switches the integral off. */
  readonly tt: number;
  readonly min: number;
  readonly max: number;
}

/** @source mgcscavenge.go piController */
export class PiController {
  /** The last next() failed: its output is `min` and the integral was reset. */
  isFailed = false;
  private errIntegral = 0;
  private readonly options: PiControllerOptions;

  constructor(options: PiControllerOptions) {
    this.options = options;
  }

  /** New output for a sample; period: time since the last one. Sets isFailed. @source mgcscavenge.go piController.next */
  next(input: number, setpoint: number, period: number): number {
    const { kp, ti, tt, min, max } = this.options;
    const rawOutput = kp * (setpoint - input) + this.errIntegral;
    if (!Number.isFinite(rawOutput)) return this.fail();
    const output = Math.min(Math.max(rawOutput, min), max);
    if (ti !== 0 && tt !== 0) {
      this.errIntegral += ((kp * period) / ti) * (setpoint - input) + (period / tt) * (output - rawOutput);
      if (!Number.isFinite(this.errIntegral)) return this.fail();
    }
    this.isFailed = false;
    return output;
  }

  private fail(): number {
    this.errIntegral = 0;
    this.isFailed = true;
    return this.options.min;
  }
}
