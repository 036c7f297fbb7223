/** What goes between the pool and a parse worker. */
import type { Budgets } from '../case/budgets.ts';
import type { SourceSpec } from '../case/evidence-source.ts';
import type { EvidenceOutcome } from '../case/store/store.ts';
import type { SinkMessage } from '../parsers/message-sink.ts';

export type ToWorker =
  | { readonly kind: 'parse'; readonly spec: SourceSpec; readonly budgets: Budgets }
  | { readonly kind: 'ack' };

export type FromWorker =
  | { readonly kind: 'batch'; readonly messages: readonly SinkMessage[] }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done'; readonly outcome: EvidenceOutcome }
  | { readonly kind: 'crashed'; readonly reason: string };
