/** Text out of evidence, made fit to be shown: it may be long, and made to mislead. */
import { escapeControls } from '../../src-main/api/contract/format.ts';

/** Cuts the middle out, since names differ at both ends. Counts characters as people see them, near enough. */
export function middleEllipsis(text: string, most: number): string {
  const chars = [...text];
  if (chars.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (most - 1 - head)).join('')}`;
}

/** Last part of a path of evidence: `a.tar.gz!/b/c.txt` is `c.txt`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}

export function shownName(text: string, most: number): string {
  return middleEllipsis(escapeControls(text), most);
}

/** A line of a file: tabs stay tabs, since columns hang on them. */
export function shownLine(text: string): string {
  return text.split('\t').map(escapeControls).join('\t');
}

export const longestTitle = 512;
