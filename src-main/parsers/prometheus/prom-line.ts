/**
 * One sample line of the text exposition format or of OpenMetrics: `name{label="value",...} value [timestamp] [# exemplar]`.
 *
 * @source Prometheus text-based format 0.0.4; OpenMetrics 1.0 sections "ABNF" and "Exemplars"
 */
export interface PromSample {
  readonly name: string;
  /** Label text between the braces, as written; the key of the series together with the name. */
  readonly labelText: string;
  /** Characters that name and labels take, from the beginning of the line. */
  readonly headLength: number;
  readonly value: number;
  /** As written: milliseconds in Prometheus' own format, seconds in OpenMetrics. Undefined where the line has none. */
  readonly timestamp: string | undefined;
}

const nameChar = /^[A-Za-z_:][A-Za-z0-9_:]*/;

export function parsePromLine(text: string): PromSample | undefined {
  const head = headOf(text);
  if (!head) return undefined;
  const tokens = tokensOf(text, head.headLength);
  const value = tokens && parsePromValue(tokens.value);
  return value === undefined ? undefined : { ...head, value, timestamp: tokens?.timestamp };
}

/**
 * The parts of a histogram or summary that OpenMetrics 2 writes in one line, `name{labels} {count:12,sum:3.2,bucket:[0.1:2,+Inf:12]}`, under the names that
 * version 1 gives them. Of native histograms count and sum. Empty for every other line.
 *
 * @source OpenMetrics 2.0, "Composite values"
 */
export function parsePromComposite(text: string): readonly PromSample[] {
  const head = headOf(text);
  if (!head || !text.startsWith(' {', head.headLength)) return [];
  const close = text.indexOf('}', head.headLength);
  if (close < 0) return [];
  const inner = text.slice(head.headLength + 2, close);
  const behind = tokensOf(text, close + 1);
  const timestamp = behind?.timestamp === undefined ? behind?.value : undefined;
  const out: PromSample[] = [];
  const put = (suffix: string, label: string, written: string) => {
    const value = parsePromValue(written);
    if (value === undefined) return;
    const labelText = [head.labelText, label].filter((l) => l !== '').join(',');
    out.push({ ...head, name: head.name + suffix, labelText, value, timestamp });
  };
  for (const field of ['count', 'sum', 'gcount', 'gsum']) put(`_${field}`, '', scalarOf(inner, field));
  for (const [field, suffix, label] of [
    ['bucket', '_bucket', 'le'],
    ['quantile', '', 'quantile'],
  ] as const) {
    for (const [bound, written] of listOf(inner, field)) put(suffix, `${label}="${bound}"`, written);
  }
  return out;
}

/** The number of `field:12`; empty where there is none. */
function scalarOf(inner: string, field: string): string {
  const at = startOf(inner, `${field}:`);
  return at < 0 ? '' : (inner.slice(at).split(',', 1)[0] as string);
}

/** Index behind a mark that begins the text or follows a comma, or -1. */
function startOf(inner: string, mark: string): number {
  if (inner.startsWith(mark)) return mark.length;
  const at = inner.indexOf(`,${mark}`);
  return at < 0 ? -1 : at + mark.length + 1;
}

/** `field:[0.1:2,+Inf:12]` as pairs; a list of plain numbers has none. */
function listOf(inner: string, field: string): (readonly [bound: string, written: string])[] {
  const at = startOf(inner, `${field}:[`);
  if (at < 0) return [];
  const close = inner.indexOf(']', at);
  return inner
    .slice(at, close < 0 ? at : close)
    .split(',')
    .flatMap((pair) => {
      const colon = pair.indexOf(':');
      return colon > 0 ? [[pair.slice(0, colon), pair.slice(colon + 1)] as const] : [];
    });
}

function headOf(text: string): Pick<PromSample, 'name' | 'labelText' | 'headLength'> | undefined {
  let at: number;
  let name: string;
  if (text.charCodeAt(0) === 123) {
    // UTF-8 names of Prometheus 3: {"name", label="x"} 1
    const quoted = /^\{"((?:[^"\\]|\\.){1,1024})"/.exec(text);
    if (!quoted) return undefined;
    name = quoted[1] as string;
    at = 0;
  } else {
    const m = nameChar.exec(text);
    if (!m) return undefined;
    name = m[0];
    at = name.length;
  }
  let labelText = '';
  if (text.charCodeAt(at) === 123) {
    const end = closingBrace(text, at);
    if (end < 0) return undefined;
    labelText = text.slice(at + 1, end);
    at = end + 1;
  }
  return { name, labelText, headLength: at };
}

export function parsePromValue(token: string): number | undefined {
  switch (token) {
    case 'NaN':
    case 'nan':
      return Number.NaN;
    case '+Inf':
    case 'Inf':
    case '+inf':
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    default: {
      if (
        !/^[+-]?(?:\d[\d_]{0,40}\.?\d{0,40}|\.\d{1,40})(?:e[+-]?\d{1,4})?$/i.test(token) &&
        !/^0x[0-9a-f]{1,16}$/i.test(token)
      )
        return undefined;
      return Number(token);
    }
  }
}

/**
 * Nanoseconds since 1970 of the time behind a value: milliseconds in Prometheus' own format, seconds with a fraction in OpenMetrics. Undefined for what cannot be
 * a wall time of our age.
 */
export function promTimeNs(timestamp: string): bigint | undefined {
  const written = Number(timestamp);
  const isMs = written > 1e11;
  const seconds = isMs ? written / 1e3 : written;
  if (!(seconds > 9e8 && seconds < 4.2e9)) return undefined;
  return BigInt(Math.round(isMs ? written * 1e3 : written * 1e6)) * 1_000n;
}

/** Index of the brace that closes the one at `open`; quoted values may hold braces. -1 where none does. */
function closingBrace(text: string, open: number): number {
  let inString = false;
  for (let i = open + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 125) return i;
  }
  return -1;
}

/** Value and timestamp behind the labels; an exemplar behind `#` is not read. */
function tokensOf(
  text: string,
  at: number,
): { readonly value: string; readonly timestamp: string | undefined } | undefined {
  if (at > 0 && text.charCodeAt(at) !== 32 && text.charCodeAt(at) !== 9) return undefined;
  const hash = text.indexOf(' #', at);
  const words = text
    .slice(at, hash < 0 ? undefined : hash)
    .trim()
    .split(/[ \t]{1,100}/)
    // when a counter began, in OpenMetrics 2
    .filter((word) => !word.startsWith('st@'));
  const [value, timestamp] = words;
  if (!value || words.length > 2) return undefined;
  if (timestamp !== undefined && !/^-?[\d.]{1,32}(?:e[+-]?\d{1,3})?$/i.test(timestamp)) return undefined;
  return { value, timestamp };
}

/** Labels of the text between braces, in file order. Scanned from left to right; what is no label ends it. */
export function parseLabels(labelText: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < labelText.length) {
    const eq = labelText.indexOf('=', at);
    const open = eq < 0 ? -1 : labelText.indexOf('"', eq);
    if (open < 0) break;
    const key = labelText
      .slice(at, eq)
      .replace(/^[\s,]{1,20}/, '')
      .trim();
    let end = open + 1;
    while (end < labelText.length && labelText.charCodeAt(end) !== 34) end += labelText.charCodeAt(end) === 92 ? 2 : 1;
    const value = labelText.slice(open + 1, end).replace(/\\(n|\\|")/g, (_, c: string) => (c === 'n' ? '\n' : c));
    Object.defineProperty(labels, key, { value, enumerable: true, configurable: true });
    at = end + 1;
  }
  return labels;
}
