/** Writes the few protobuf messages a test needs. Numbers may be bigint: all 64 bits travel. */
export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest % 128n);
    rest /= 128n;
    out.push(rest > 0n ? low + 0x80 : low);
  } while (rest > 0n);
  return out;
}

export const number = (field: number, value: number | bigint): number[] => [...varint(field * 8), ...varint(value)];

export const bytes = (field: number, content: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];

export const text = (field: number, content: string): number[] => bytes(field, [...Buffer.from(content, 'utf8')]);

export const packed = (field: number, values: readonly (number | bigint)[]): number[] =>
  bytes(field, values.flatMap(varint));

interface Small {
  readonly samples: readonly {
    readonly stack: readonly (number | bigint)[];
    readonly values: readonly (number | bigint)[];
  }[];
  readonly locations?: readonly { readonly id: number | bigint; readonly function: number }[];
  readonly functions?: readonly { readonly id: number; readonly name: string }[];
  readonly timeNs?: bigint;
}

/** A profile of one sample type, `space/bytes`. */
export function profileBytes(small: Small): Uint8Array {
  const strings = ['', 'space', 'bytes', ...(small.functions ?? []).map((f) => f.name)];
  return Uint8Array.from([
    ...bytes(1, [...number(1, 1), ...number(2, 2)]),
    ...small.samples.flatMap((s) => bytes(2, [...packed(1, s.stack), ...packed(2, s.values)])),
    ...(small.locations ?? []).flatMap((l) => bytes(4, [...number(1, l.id), ...bytes(4, number(1, l.function))])),
    ...(small.functions ?? []).flatMap((f, i) => bytes(5, [...number(1, f.id), ...number(2, 3 + i)])),
    ...strings.flatMap((s) => text(6, s)),
    ...number(9, small.timeNs ?? 1n),
  ]);
}
