/** The report's fonts, made at build (scripts/build-fonts.mjs), and what they can show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReportFonts {
  readonly regular: Buffer;
  readonly bold: Buffer;
  /** The text with every character that has no glyph written as its code: nothing is shown as an empty box. */
  printable(text: string): string;
}

export function loadFonts(folder: string): ReportFonts {
  const regular = readFileSync(join(folder, 'regular.ttf'));
  const bold = readFileSync(join(folder, 'bold.ttf'));
  const known = charactersOf(regular);
  return {
    regular,
    bold,
    printable: (text) => {
      let out = '';
      for (const c of text) {
        const code = c.codePointAt(0) as number;
        out += code === 10 || known.has(code) ? c : `\\u{${code.toString(16)}}`;
      }
      return out;
    },
  };
}

/**
 * The characters a font has glyphs for, from its cmap of format 4 or 12.
 *
 * @source OpenType specification 1.9.1, "cmap - Character to Glyph Index Mapping Table"
 */
function charactersOf(font: Buffer): ReadonlySet<number> {
  const out = new Set<number>();
  const tables = font.readUInt16BE(4);
  let cmap = 0;
  for (let i = 0; i < tables; i++)
    if (font.toString('latin1', 12 + i * 16, 16 + i * 16) === 'cmap') cmap = font.readUInt32BE(12 + i * 16 + 8);
  const subtables = font.readUInt16BE(cmap + 2);
  for (let i = 0; i < subtables; i++) {
    const at = cmap + font.readUInt32BE(cmap + 4 + i * 8 + 4);
    const format = font.readUInt16BE(at);
    if (format === 12) {
      const groups = font.readUInt32BE(at + 12);
      for (let g = 0; g < groups; g++) {
        const from = font.readUInt32BE(at + 16 + g * 12);
        const to = font.readUInt32BE(at + 20 + g * 12);
        for (let c = from; c <= to; c++) out.add(c);
      }
    } else if (format === 4) {
      const segments = font.readUInt16BE(at + 6) / 2;
      for (let s = 0; s < segments; s++) {
        const end = font.readUInt16BE(at + 14 + s * 2);
        const begin = font.readUInt16BE(at + 16 + segments * 2 + s * 2);
        for (let c = begin; c <= end && c !== 0xffff; c++) out.add(c);
      }
    }
  }
  return out;
}
