/** What goes between the pool and a parse worker, and between that and the thread that reads ahead of it. */
import type { Budgets } from '../case/budgets.ts';
import type { SourceSpec } from '../case/evidence-source.ts';
import type { EvidenceOutcome } from '../case/store/store.ts';
import type { StoreMessage } from '../case/store/store-message.ts';
import type { WarningSpec } from '../parsers/contract.ts';

export type ToWorker =
  | { readonly kind: 'parse'; readonly spec: SourceSpec; readonly budgets: Budgets }
  | { readonly kind: 'ack' };

export type FromWorker =
  | { readonly kind: 'batch'; readonly messages: readonly StoreMessage[] }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done'; readonly outcome: EvidenceOutcome }
  | { readonly kind: 'crashed'; readonly reason: string; readonly isOutOfMemory: boolean };

export type ToAhead =
  | { readonly kind: 'read'; readonly parser: string; readonly spec: SourceSpec; readonly budgets: Budgets }
  /** So many more messages were taken. */
  | { readonly kind: 'taken'; readonly count: number };

export type FromAhead =
  | { readonly kind: 'said'; readonly message: unknown }
  | { readonly kind: 'warning'; readonly warning: WarningSpec }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'crashed'; readonly reason: string };
