/**
 * Which lines of a log hold which of many texts, in one pass. A text counts where it stands whole: no letter or digit goes on before or behind it. Texts
 * are found by their first characters, looked up at each place where a word begins, so the cost is that of the log's length and not of the number of texts.
 */

/** Shorter texts stand in too many lines to tell anything. */
export const shortestText = 8;
export const searchedChars = 2_000;
/** Of texts that begin alike no more than this are looked for: a file of such lines must not cost more than another. */
const alikeMost = 64;

export class TextSearch {
  private readonly byHead = new Map<string, { readonly text: string; readonly index: number }[]>();

  /** @param texts those shorter than `shortestText` are not looked for */
  constructor(texts: readonly string[]) {
    texts.forEach((text, index) => {
      // a log in JSON has quotes and controls in another form
      for (const form of new Set([text, JSON.stringify(text).slice(1, -1)])) this.add(form, index);
    });
  }

  /** Indexes of the texts in a line, each once. */
  in(line: string): ReadonlySet<number> {
    const found = new Set<number>();
    const end = Math.min(line.length, searchedChars);
    let isInWord = false;
    for (let i = 0; i + shortestText <= end; i++) {
      const isWord = isWordAt(line, i);
      const begins = !(isWord && isInWord);
      isInWord = isWord;
      if (!begins) continue;
      for (const { text, index } of this.byHead.get(line.slice(i, i + shortestText)) ?? []) {
        const after = i + text.length;
        const isWhole = !(isWordAt(line, after - 1) && isWordAt(line, after));
        if (isWhole && line.startsWith(text, i)) found.add(index);
      }
    }
    return found;
  }

  private add(text: string, index: number): void {
    if (text.length < shortestText) return;
    const head = text.slice(0, shortestText);
    const same = this.byHead.get(head);
    if (same && same.length < alikeMost) same.push({ text, index });
    else if (!same) this.byHead.set(head, [{ text, index }]);
  }
}

/** Whether a letter or a digit of a script stands there that parts words: between two Chinese signs a text may begin. */
function isWordAt(text: string, i: number): boolean {
  const c = text.charCodeAt(i);
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
}
