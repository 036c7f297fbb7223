/** Measures everything that the case allows to measure. Of several readings of one signal the strongest stays; all others are kept for the record. */
import { goroutineSignals } from './goroutines.ts';
import { heapSignals } from './heap.ts';
import { limitSignals } from './limits.ts';
import { processSignals } from './process.ts';
import { profileSignals } from './profiles.ts';
import type { Scene, Signal } from './signal.ts';
import type { SignalId } from './thresholds.ts';
import { wordSignals } from './words.ts';

export type Signals = ReadonlyMap<SignalId, Signal>;

export function measureSignals(scene: Scene): Signals {
  const out = new Map<SignalId, Signal>();
  const all = [
    ...processSignals(scene),
    ...heapSignals(scene),
    ...goroutineSignals(scene),
    ...profileSignals(scene),
    ...limitSignals(scene),
    ...wordSignals(scene),
  ];
  for (const signal of all) {
    if (!signal) continue;
    const known = out.get(signal.id);
    if (
      !known ||
      signal.strength > known.strength ||
      (signal.strength === known.strength && signal.value > known.value)
    )
      out.set(signal.id, signal);
  }
  return out;
}
