/** About how many bytes a value takes on its way between processes. Stops counting at `limit`, so a huge value costs no more than that. */
export function sizeOf(value: unknown, limit: number): number {
  let size = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0 && size <= limit) {
    const next = rest.pop();
    size += 8;
    if (typeof next === 'string') size += next.length;
    else if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) size += next.byteLength;
    else if (Array.isArray(next)) {
      size += next.length * 8;
      if (size <= limit) rest.push(...next.slice(0, limit - size));
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, inner] of Object.entries(next)) {
        size += key.length;
        rest.push(inner);
      }
    }
  }
  return size;
}
