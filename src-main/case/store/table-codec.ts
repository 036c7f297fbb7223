/**
 * The columns of a table chunk as one blob: a directory as JSON, then each column as `column-codec.ts` packs it, or as it is where packing would cost
 * more than it saves. A reader may ask for some of the columns only.
 *
 * Layout: Uint32 length of the directory, the directory, padding to 8, the columns, each padded to 8.
 */
import type { TableChunk, TableColumn } from '../../parsers/contract.ts';
import { type ColumnPlan, decodeInto, planColumn, writeColumn } from './column-codec.ts';

const kinds = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u8: Uint8Array } as const;
type Kind = keyof typeof kinds;

/** Name, kind, elements, packed or plain, offset behind the directory, bytes. */
type Entry = readonly [name: string, kind: Kind, length: number, isPacked: 0 | 1, at: number, bytes: number];

function kindOf(column: TableColumn): Kind {
  if (column instanceof Float64Array) return 'f64';
  if (column instanceof Uint32Array) return 'u32';
  return column instanceof Int32Array ? 'i32' : 'u8';
}

/** The blob of a chunk. Cost: a few passes over the columns; nothing refers to them afterwards. */
export function packTable(columns: TableChunk['columns']): Uint8Array<ArrayBuffer> {
  const entries: Entry[] = [];
  const plans: (ColumnPlan | undefined)[] = [];
  let at = 0;
  for (const [name, column] of Object.entries(columns)) {
    // bytes are as short as they can be, unless they are all equal
    const plan = column instanceof Uint8Array && !isConstant(column) ? undefined : planColumn(column);
    const bytes = plan?.bytes ?? column.byteLength;
    entries.push([name, kindOf(column), column.length, plan ? 1 : 0, at, bytes]);
    plans.push(plan);
    at += padded(bytes);
  }
  const directory = new TextEncoder().encode(JSON.stringify(entries));
  const start = padded(4 + directory.length);
  const out = new Uint8Array(start + at);
  new DataView(out.buffer).setUint32(0, directory.length, true);
  out.set(directory, 4);
  Object.values(columns).forEach((column, i) => {
    const to = start + (entries[i] as Entry)[4];
    const plan = plans[i];
    if (plan) writeColumn(plan, column, out.buffer, to);
    else out.set(column, to);
  });
  return out;
}

/** The columns as they were; only those of `names` where it is given. The arrays are the caller's. */
export function unpackTable(blob: Uint8Array, names?: readonly string[]): Record<string, TableColumn> {
  const length = new DataView(blob.buffer, blob.byteOffset, 4).getUint32(0, true);
  const entries = JSON.parse(new TextDecoder().decode(blob.subarray(4, 4 + length))) as Entry[];
  const start = padded(4 + length);
  const out: Record<string, TableColumn> = {};
  for (const [name, kind, rows, isPacked, at, bytes] of entries) {
    if (names !== undefined && !names.includes(name)) continue;
    const part = blob.subarray(start + at, start + at + bytes);
    out[name] = isPacked === 1 ? packed(kind, part, rows) : plain(kind, part);
  }
  return out;
}

function isConstant(column: TableColumn): boolean {
  const first = column[0];
  for (let i = 1; i < column.length; i++) if (column[i] !== first) return false;
  return true;
}

function packed(kind: Kind, part: Uint8Array, rows: number): TableColumn {
  const out = new kinds[kind](rows);
  decodeInto(part, out);
  return out;
}

/** Blobs from SQLite are not aligned: a copy is. (Not by `slice`: that of a Buffer is no copy.) */
function plain(kind: Kind, part: Uint8Array): TableColumn {
  const copy = new Uint8Array(part);
  return new kinds[kind](copy.buffer, 0, copy.byteLength / kinds[kind].BYTES_PER_ELEMENT);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
