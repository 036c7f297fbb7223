/** Bytes as rows of sixteen: hexadecimal and, where they are printable ASCII, as characters. */
export const bytesPerRow = 16;

export interface HexRow {
  readonly offset: number;
  readonly cells: readonly string[];
  readonly ascii: string;
}

/** @param hex two digits a byte, beginning at `offset`, which is a multiple of sixteen */
export function hexRow(hex: string, base: number, row: number): HexRow | undefined {
  const from = row * bytesPerRow * 2;
  if (from >= hex.length || from < 0) return undefined;
  const cells = hex.slice(from, from + bytesPerRow * 2).match(/../g) ?? [];
  const ascii = cells
    .map((c) => {
      const code = Number.parseInt(c, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : '·';
    })
    .join('');
  return { offset: base + row * bytesPerRow, cells, ascii };
}

export function offsetName(offset: number): string {
  return offset.toString(16).padStart(8, '0');
}

/** `0x1f`, `1f` with a letter, or a decimal number. */
export function parseOffset(text: string): number | undefined {
  const given = text.trim().toLowerCase();
  if (/^0x[0-9a-f]{1,13}$/.test(given)) return Number.parseInt(given.slice(2), 16);
  return /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}
