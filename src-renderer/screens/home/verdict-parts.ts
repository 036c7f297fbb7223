/**
 * The verdict's first sentence and what follows it. Sentences end as the catalogue ends them, in either language.
 *
 * @param said a word that stands beside the headline: a bracket at its end that holds it is left out
 */
export function verdictParts(text: string, said = ''): { readonly headline: string; readonly rest: string } {
  const at = text.search(/\. |。/);
  const isAll = at < 0 || at + 1 >= text.length;
  const first = isAll ? text.replace(/[.。]$/, '') : text.slice(0, at);
  const bracket = /\s?[(（][^()（）]{1,60}[)）]$/.exec(first);
  const headline = bracket && said !== '' && bracket[0].includes(said) ? first.slice(0, bracket.index) : first;
  return { headline, rest: isAll ? '' : text.slice(at + 1).trim() };
}
