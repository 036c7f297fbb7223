/** What the store takes: what a parser says, with table chunks packed where the parser ran. */
import type { SinkMessage } from '../../parsers/message-sink.ts';
import { packTable } from './table-codec.ts';

export interface PackedTable {
  readonly kind: 'packed';
  readonly table: string;
  readonly rows: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export type StoreMessage = Exclude<SinkMessage, { kind: 'table' }> | PackedTable;

/** To be called as the message is emitted, while its arrays hold. */
export function storeMessage(message: SinkMessage): StoreMessage {
  if (message.kind !== 'table') return message;
  const { table, rows, fromNs, toNs, columns } = message.chunk;
  return { kind: 'packed', table, rows, fromNs, toNs, data: packTable(columns) };
}
