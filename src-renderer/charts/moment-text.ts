/** Moments of a case as people write them, and back. */

export interface CaseClock {
  /** Nanoseconds since 1970 at second 0 of the case. */
  readonly originNs: bigint;
  /** False where no evidence knows the wall clock: then seconds since the beginning are all there is. */
  readonly hasWall: boolean;
}

/** Milliseconds of the wall clock; exact enough for showing (a Float64 tells 0.25 µs apart at today's dates). */
function wallMs(t: number, clock: CaseClock): number {
  return Number(clock.originNs / 1_000n) / 1_000 + t * 1_000;
}

/** What the wall shows at second 0, seconds into the week: ticks are round there. */
export function wallZero(clock: CaseClock): number {
  return clock.hasWall ? Number(clock.originNs % 604_800_000_000_000n) / 1e9 : 0;
}

/** Digits after the second that a step or a stretch of this length needs. */
export function digitsFor(seconds: number): number {
  if (seconds >= 1) return 0;
  return Math.min(6, Math.max(1, Math.ceil(-Math.log10(seconds))));
}

/** Digits for labels that tell moments of a stretch apart, rather than pixels. */
export function labelDigits(length: number): number {
  return digitsFor(length / 20);
}

/** Time of day, UTC; `+12.5 s` without a wall clock. */
export function momentText(t: number, clock: CaseClock, digits = 0): string {
  if (!clock.hasWall) {
    const size = Math.abs(t).toFixed(digits);
    return `${t < 0 && Number(size) > 0 ? '−' : '+'}${size} s`;
  }
  const unit = 10 ** digits;
  const ticks = Math.round((wallMs(t, clock) / 1_000) * unit);
  const whole = Math.floor(ticks / unit);
  const date = new Date(whole * 1_000);
  if (Number.isNaN(date.getTime())) return '?';
  const rest = digits > 0 ? `.${String(ticks - whole * unit).padStart(digits, '0')}` : '';
  return date.toISOString().slice(11, 19) + rest;
}

export function dateText(t: number, clock: CaseClock): string {
  if (!clock.hasWall) return '';
  const date = new Date(wallMs(t, clock));
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 10);
}

/**
 * A moment somebody typed: `05:48:22.5` (on the day of `near`), `2026-11-24T05:48:22Z`, or seconds since the beginning as `+12.5`.
 */
export function parseMoment(text: string, clock: CaseClock, near: number): number | undefined {
  const given = text.trim().replace(/s$/, '').trim().replace('−', '-');
  if (/^[+-]?\d+(?:\.\d+)?$/.test(given)) return Number(given);
  if (!clock.hasWall) return undefined;
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?$/.exec(given);
  if (time) {
    const noon = new Date(wallMs(near, clock));
    if (Number.isNaN(noon.getTime())) return undefined;
    const day = Date.UTC(noon.getUTCFullYear(), noon.getUTCMonth(), noon.getUTCDate());
    const seconds = Number(time[1]) * 3_600 + Number(time[2]) * 60 + Number(time[3] ?? 0);
    return (day - wallMs(0, clock)) / 1_000 + seconds;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ][\d:.]{5,18}Z?$/.test(given)) return undefined;
  const ms = Date.parse(given.replace(' ', 'T').replace(/Z?$/, 'Z'));
  return Number.isNaN(ms) ? undefined : (ms - wallMs(0, clock)) / 1_000;
}
