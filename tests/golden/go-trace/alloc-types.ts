/**
 * The type tables of the AllocFree experiment, straight from the batches of a version 2 trace. `go tool trace -d=parsed` has only the numbers of
 * types, and `-d=wire` of Go 1.26 refuses these events in traces of Go 1.23 and 1.24.
 */

export class TypeNames {
  private readonly names = new Map<string, string>();

  add(generation: number, id: number, name: string): void {
    this.names.set(`${generation} ${id}`, name);
  }

  /** `address size pointerBytes name` of a type of a generation (1 for the first); `none` for 0 and for a type that the table lacks. */
  get(generation: number, id: number): string {
    return this.names.get(`${generation} ${id}`) ?? 'none';
  }
}

const headerBytes = 16;
const eventBatch = 1;
const experimentalBatch = 49;
const typesBatch = 0;

/** Types by generation. The trace must be sound. */
export function typeNames(data: Uint8Array): TypeNames {
  const names = new TypeNames();
  const bytes = new Cursor(data, headerBytes);
  let first: number | undefined;
  while (bytes.at < data.length) {
    const code = bytes.byte();
    if (code !== eventBatch && code !== experimentalBatch) continue;
    if (code === experimentalBatch) bytes.byte();
    const generation = bytes.varint();
    first ??= generation;
    bytes.varint();
    bytes.varint();
    const size = bytes.varint();
    const end = bytes.at + size;
    if (code === experimentalBatch && data[bytes.at] === typesBatch) {
      addTypes(names, generation - first + 1, new Cursor(data, bytes.at + 1), end);
    }
    bytes.at = end;
  }
  return names;
}

function addTypes(names: TypeNames, generation: number, bytes: Cursor, end: number): void {
  while (bytes.at < end) {
    const id = bytes.varint();
    const [address, size, pointers, length] = [bytes.varint(), bytes.varint(), bytes.varint(), bytes.varint()];
    const name = new TextDecoder().decode(bytes.data.subarray(bytes.at, bytes.at + length));
    bytes.at += length;
    names.add(generation, id, `${address} ${size} ${pointers} ${name}`);
  }
}

class Cursor {
  at: number;
  readonly data: Uint8Array;

  constructor(data: Uint8Array, at: number) {
    this.data = data;
    this.at = at;
  }

  byte(): number {
    return this.data[this.at++];
  }

  varint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
  }
}
