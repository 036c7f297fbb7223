/** The verdict's first sentence and what follows it. Sentences end as the catalogue ends them, in either language. */
export function verdictParts(text: string): { readonly headline: string; readonly rest: string } {
  const at = text.search(/\. |。/);
  if (at < 0 || at + 1 >= text.length) return { headline: text.replace(/[.。]$/, ''), rest: '' };
  return { headline: text.slice(0, at), rest: text.slice(at + 1).trim() };
}
