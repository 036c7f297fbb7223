/**
 * A hypothesis is one cause of the taxonomy as data: the signals that must be there, those that speak for it and against it with their weights, what
 * would settle it. Scoring is the same for all.
 */
import type { SignalId } from '../signals/thresholds.ts';
import type { CauseId } from './causes.ts';

/** One fact that speaks for a cause, and the signals that can show it; the strongest counts. */
export interface Support {
  readonly share: number;
  readonly anyOf: readonly SignalId[];
}

export interface Opposition {
  readonly signal: SignalId;
  readonly share: number;
}

export interface Hypothesis {
  readonly cause: CauseId;
  /** No incident by itself: a harmless explanation of what alarmed. */
  readonly benign?: boolean;
  /**
   * Each group needs one of its signals met, else the cause is ruled out. A group of which none can be measured leaves the cause open, not
   * proven.
   */
  readonly needs: readonly (readonly SignalId[])[];
  /** Shares sum to 1. */
  readonly supports: readonly Support[];
  readonly opposes: readonly Opposition[];
  /**
   * What would show another cause to look just the same. A group of which nothing could be measured leaves that cause in play: with one such the
   * confidence is medium at most, with two it is low.
   */
  readonly rivals?: readonly (readonly SignalId[])[];
  /** A moment that tells the onset better than any knee: the limit begins to set the goal of each cycle. */
  readonly onsetAt?: 'goal_meets_live';
  /** What tells the onset else: metrics, the first that there is. */
  readonly onsetOf: readonly string[];
  readonly culprit: CulpritSource;
}

export type CulpritSource =
  | 'owner'
  | 'goroutine_group'
  | 'stack_group'
  | 'mapping'
  | 'finalizer'
  | 'crash'
  | 'lock'
  | 'churn'
  | 'gogc'
  | 'memory_limit'
  | 'malloc'
  | 'none';
