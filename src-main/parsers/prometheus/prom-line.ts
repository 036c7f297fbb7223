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
  const tokens = tokensOf(text, at);
  if (!tokens) return undefined;
  const value = parsePromValue(tokens.value);
  if (value === undefined) return undefined;
  return { name, labelText, headLength: at, value, timestamp: tokens.timestamp };
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
    .split(/[ \t]{1,100}/);
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
