/**
 * Headers that people and scripts put before each sample when they append many to one file: `=== 2026-11-24T06:03:48Z /proc/7/status`,
 * `--- 2026-11-24T06:03:46Z`, `# scraped 1795499478`, `==> /proc/7/smaps <==`, `$ cat /proc/7/status`, a line that is nothing but a time.
 */
import type { Line } from './line.ts';
import type { Section } from './reading.ts';
import { parseTimestamp } from './timestamp.ts';

const opening = '=-#*>+$[0123456789FMSTW@';
const longest = 300;
const pathHeader = /^(?:==> (\S{1,250}) <==|[$#+>] (?:sudo )?(?:cat|head|tail|less|more) (?:-\S{1,10} )?(\S{1,250}))$/;
const fence = /^(?:[=#*>+@~-]{1,20}|\[)[ \t]*/;
const closing = '=-#*<+@~] \t';
const lead = /^(?:scraped|sampled?|snapshot|captured?|date|time|timestamp|ts|at)(?:[ :=]|_at[ :=]) ?(?:at )?/i;

/** The header a line is, or undefined for every other line. */
export function sectionHeader(line: Line, year: number | undefined): Section | undefined {
  if (line.length === 0 || line.length > longest) return undefined;
  const first = String.fromCharCode(line.byte(0));
  if (!opening.includes(first)) return undefined;
  // an ordinary log line begins with a time too, and is longer
  if (first >= '0' && first <= '9' && line.length > 90) return undefined;
  const text = line.text().trimEnd();
  const named = pathHeader.exec(text);
  if (named) return { wallNs: undefined, path: (named[1] ?? named[2]) as string, line: line.number };

  const fenced = fence.exec(text);
  const body = withoutTail(fenced ? text.slice(fenced[0].length) : text);
  const led = lead.exec(body);
  const atTime = led ? body.slice(led[0].length) : body;
  const time = parseTimestamp(atTime, year);
  if (time) {
    const rest = atTime.slice(time.length).trim();
    if (rest === '') return { wallNs: time.ns, path: '', line: line.number };
    if ((fenced || rest.startsWith('/')) && !/\s/.test(rest)) return { wallNs: time.ns, path: rest, line: line.number };
    return undefined;
  }
  // the path first, the time behind it
  if (!fenced) return undefined;
  const words = /^(\S{1,250})[ \t]+(?:@ ?|at )?(\S.{0,60})$/.exec(body);
  if (words && (words[1] as string).includes('/')) {
    const later = parseTimestamp(words[2] as string, year);
    if (later && (words[2] as string).length === later.length)
      return { wallNs: later.ns, path: words[1] as string, line: line.number };
  }
  if (/^\/(?:proc|sys)\/\S{1,250}$/.test(body)) return { wallNs: undefined, path: body, line: line.number };
  return undefined;
}

/** The fence behind a header taken off. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && closing.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
