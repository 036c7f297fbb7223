/** First and last moment of a file in one short text; the whole of both is in the details. */
export function timeText(time: { readonly first: string | null; readonly last: string | null }): string {
  if (!time.first || !time.last) return '—';
  const first = time.first.slice(11, 19);
  const last = time.last.slice(11, 19);
  return first === last ? first : `${first}–${last}`;
}

/** RFC 3339 with the microseconds that matter. */
export function longTime(text: string): string {
  return text.replace('T', ' ').replace(/(\.\d{3})\d*Z$/, '$1Z');
}
