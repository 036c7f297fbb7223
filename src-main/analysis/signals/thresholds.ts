/** Thresholds of all signals, each with the source it comes from. A user's own file may change values, not names. */
import shipped from '../../../resources/thresholds.json' with { type: 'json' };

export type SignalId = keyof typeof shipped.signals;

export interface Threshold {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

export type Thresholds = Readonly<Record<SignalId, Threshold>>;

export const shippedThresholds: Thresholds = shipped.signals;

/** The shipped thresholds with a user's values in their place; unknown names and values that are no numbers are ignored and returned. */
export function withUserValues(user: unknown): {
  readonly thresholds: Thresholds;
  readonly ignored: readonly string[];
} {
  const merged: Record<string, Threshold> = { ...shipped.signals };
  const ignored: string[] = [];
  if (typeof user === 'object' && user !== null) {
    for (const [id, value] of Object.entries(user)) {
      const known = Object.hasOwn(merged, id) ? merged[id] : undefined;
      if (known && typeof value === 'number' && Number.isFinite(value))
        merged[id] = { ...known, value, source: 'user' };
      else ignored.push(id);
    }
  }
  return { thresholds: merged as Thresholds, ignored };
}
