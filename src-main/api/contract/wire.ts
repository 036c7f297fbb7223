/**
 * How an answer travels over HTTP: a JSON head with the columns of numbers taken out, then the columns as they lie in memory. The head is
 * `[marker, answer]`; a column in it is `{marker: i, "n": length}`. The marker is made anew for each answer, so that no text from evidence can pass for a
 * column. Layout: length of the head (uint32, little endian), the head, zeros up to a multiple of eight, the columns.
 */

export function encodeWire(value: unknown): Uint8Array<ArrayBuffer> {
  const columns: Float64Array[] = [];
  const marker = crypto.randomUUID();
  const head = new TextEncoder().encode(
    JSON.stringify([marker, value], (_, v: unknown) => {
      if (v instanceof Float64Array) {
        columns.push(v);
        return { [marker]: columns.length - 1, n: v.length };
      }
      return typeof v === 'bigint' ? String(v) : v;
    }),
  );
  const dataAt = Math.ceil((4 + head.length) / 8) * 8;
  const total = columns.reduce((sum, c) => sum + c.byteLength, dataAt);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = dataAt;
  for (const c of columns) {
    bytes.set(new Uint8Array(c.buffer, c.byteOffset, c.byteLength), at);
    at += c.byteLength;
  }
  return bytes;
}

/** @throws RangeError where the bytes are no such message */
export function decodeWire(buffer: ArrayBuffer): unknown {
  const headLength = new DataView(buffer).getUint32(0, true);
  const head = new TextDecoder().decode(new Uint8Array(buffer, 4, headLength));
  const [marker] = JSON.parse(head) as [string];
  // columns lie in the order of their numbers: sizes come from the head, in one pass over it
  const sizes: number[] = [];
  JSON.parse(head, (_, v: unknown) => {
    if (isColumn(v, marker)) sizes[v[marker] as number] = v.n;
    return v;
  });
  const starts: number[] = [];
  let at = Math.ceil((4 + headLength) / 8) * 8;
  for (let i = 0; i < sizes.length; i++) {
    starts[i] = at;
    at += (sizes[i] ?? 0) * 8;
  }
  const [, value] = JSON.parse(head, (_, v: unknown) =>
    isColumn(v, marker) ? new Float64Array(buffer, starts[v[marker] as number], v.n) : v,
  ) as [string, unknown];
  return value;
}

function isColumn(v: unknown, marker: string): v is { readonly [key: string]: number; readonly n: number } {
  return typeof v === 'object' && v !== null && marker in v;
}
