/** What goes between the pool and a parse worker. */
import type { Budgets } from '../case/budgets.ts';
import type { SourceSpec } from '../case/evidence-source.ts';
import type { EvidenceOutcome } from '../case/store/store.ts';
import type { StoreMessage } from '../case/store/store-message.ts';

export type ToWorker =
  | { readonly kind: 'parse'; readonly spec: SourceSpec; readonly budgets: Budgets }
  | { readonly kind: 'ack' };

export type FromWorker =
  | { readonly kind: 'batch'; readonly messages: readonly StoreMessage[] }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done'; readonly outcome: EvidenceOutcome }
  | { readonly kind: 'crashed'; readonly reason: string };
