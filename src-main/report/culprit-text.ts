import type { Culprit } from '../analysis/culprit.ts';

/** A culprit in one line: function and place, mapping, setting, as far as they are known. */
export function culpritText(culprit: Culprit): string {
  const place = culprit.file ? ` (${culprit.file}:${culprit.line})` : '';
  return [culprit.function && `${culprit.function}${place}`, culprit.mapping, culprit.setting]
    .filter((part) => part)
    .join(', ');
}
