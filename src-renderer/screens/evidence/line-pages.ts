/** Which pages of a long file a stretch of it needs, and what a list of them looks like while its end is not known. */

export const pageLines = 400;
/** Browsers cannot lay out a box higher than some 33 million pixels: longer files are shown in sheets. */
export const sheetLines = 1_000_000;

/** First lines (from 1) of the pages that hold lines `first` to `last`. */
export function pagesOf(first: number, last: number): readonly number[] {
  const out: number[] = [];
  for (let at = pageStart(Math.max(1, first)); at <= last; at += pageLines) out.push(at);
  return out;
}

export function pageStart(line: number): number {
  return Math.floor((line - 1) / pageLines) * pageLines + 1;
}

export function sheetOf(line: number): number {
  return Math.floor((Math.max(1, line) - 1) / sheetLines);
}

/** Rows of a sheet, out of all lines. */
export function rowsInSheet(sheet: number, total: number): number {
  return Math.max(0, Math.min(sheetLines, total - sheet * sheetLines));
}
