/** Tables of a trace made by hand, in a store. Strings are `strings`, index 0 the empty one; stack i + 1 is one frame of function `functions[i]`. */
import { TraceNames } from '../../../src-main/analysis/heap/trace-names.ts';
import { Store } from '../../../src-main/case/store/store.ts';
import { storeMessage } from '../../../src-main/case/store/store-message.ts';
import { TableReader } from '../../../src-main/case/store/tables.ts';
import type { TableColumn } from '../../../src-main/parsers/contract.ts';

export class MadeTables {
  readonly tables: TableReader;
  readonly names: TraceNames;
  private readonly writer;

  constructor(strings: readonly string[], functions: readonly string[] = []) {
    const store = new Store(':memory:', false);
    this.writer = store.begin({ id: 1, path: 'x', sha256: '0'.repeat(64), sizeBytes: 1, modifiedNs: undefined });
    this.tables = new TableReader(store);
    this.names = new TraceNames(this.tables, 1);
    const bytes = [...strings, ...functions].map((text) => new TextEncoder().encode(text));
    this.say('strings', bytes.length, 0, 0, {
      lengths: Uint32Array.from(bytes, (b) => b.length),
      bytes: Uint8Array.from(bytes.flatMap((b) => [...b])),
    });
    const each = (value: (i: number) => number) => Uint32Array.from(functions, (_, i) => value(i));
    this.say('frames', functions.length, 0, 0, {
      functionString: each((i) => strings.length + i),
      fileString: each(() => 0),
      line: each(() => 1),
    });
    this.say('stacks', functions.length, 0, 0, { depths: each(() => 1), frames: each((i) => i) });
  }

  /** A chunk whose rows rise by `timeNs`, or lie between `beginNs` and `endNs`. */
  rows(table: string, columns: Readonly<Record<string, readonly number[]>>): void {
    const times = columns.timeNs ?? [...(columns.beginNs ?? []), ...(columns.endNs ?? [])];
    const typed = Object.fromEntries(Object.entries(columns).map(([name, v]) => [name, Float64Array.from(v)]));
    const rows = Object.values(columns)[0]?.length ?? 0;
    this.say(table, rows, Math.min(...times), Math.max(...times), typed);
  }

  private say(
    table: string,
    rows: number,
    fromNs: number,
    toNs: number,
    columns: Readonly<Record<string, TableColumn>>,
  ): void {
    if (rows > 0) this.writer.take(storeMessage({ kind: 'table', chunk: { table, rows, fromNs, toNs, columns } }));
  }
}
