/**
 * Where somebody looks: one value for the whole window. It lives in the address after `#`, so that a link opens the same view of the same case on
 * another machine, and the browser's history is the window's. The form has a version; a link of an older one is rewritten step by step.
 */

export const screens = ['home', 'evidence', 'timeline', 'heap', 'whatif', 'lesson'] as const;
export type Screen = (typeof screens)[number];

/** Seconds since the case's origin. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Selection =
  | { readonly kind: 'evidence'; readonly evidence: number }
  | { readonly kind: 'line'; readonly evidence: number; readonly line: number }
  | { readonly kind: 'offset'; readonly evidence: number; readonly offset: number }
  | { readonly kind: 'cycle'; readonly t: number }
  | { readonly kind: 'finding'; readonly rank: number }
  /** A span of the heap by its address, and a slot of it. */
  | { readonly kind: 'span'; readonly address: string }
  | { readonly kind: 'slot'; readonly address: string; readonly slot: number };

export const shadings = ['off', 'stw', 'mark'] as const;
export type Shading = (typeof shadings)[number];

export interface View {
  readonly case: string | null;
  readonly screen: Screen;
  /** What was chosen by dragging: every screen honours it. */
  readonly timeRange: Span | null;
  /** What the timeline shows; null: the whole case. */
  readonly zoom: Span | null;
  /** The locked moment. */
  readonly cursor: number | null;
  readonly selection: Selection | null;
  readonly filter: string;
  /** Moment of the ladder; null: the peak. */
  readonly ladderAt: number | null;
  /** Series that are not drawn. */
  readonly hidden: readonly string[];
  readonly shading: Shading;
  /** Moment the heap map is compared with. */
  readonly since: number | null;
  /** Span class that stands out on the heap map. */
  readonly spanClass: number | null;
  /** The what-if that is asked, see `screens/whatif/ask-text.ts`. */
  readonly ask: string;
  /** Step of the lesson; null: the first. */
  readonly lessonStep: number | null;
  /** Moment from which a recorded trace is stepped through; null: the program that teaches. */
  readonly lessonFrom: number | null;
}

export const emptyView: View = {
  case: null,
  screen: 'home',
  timeRange: null,
  zoom: null,
  cursor: null,
  selection: null,
  filter: '',
  ladderAt: null,
  hidden: [],
  shading: 'off',
  since: null,
  spanClass: null,
  ask: '',
  lessonStep: null,
  lessonFrom: null,
};

export const viewVersion = 1;

type Fields = ReadonlyMap<string, string>;
/** Rewrites the fields of one version to those of the next. */
export type Upgrade = (fields: Fields) => Fields;

/** By the version they start from. A form that was ever shipped keeps its step. */
export const upgraders: Readonly<Record<number, Upgrade>> = {};

/** The text after `#`. What is as in `emptyView` is left out. */
export function encodeView(view: View): string {
  const fields: [string, string][] = [['v', String(viewVersion)]];
  const put = (name: string, value: string | null | undefined) => {
    if (value) fields.push([name, value]);
  };
  put('case', view.case);
  put('s', view.screen === 'home' ? null : view.screen);
  put('range', view.timeRange && spanText(view.timeRange));
  put('zoom', view.zoom && spanText(view.zoom));
  put('t', numberText(view.cursor));
  put('sel', view.selection && selectionText(view.selection));
  put('q', view.filter);
  put('at', numberText(view.ladderAt));
  put('hide', view.hidden.join(','));
  put('gc', view.shading === 'off' ? null : view.shading);
  put('since', numberText(view.since));
  put('class', numberText(view.spanClass));
  put('ask', view.ask);
  put('step', numberText(view.lessonStep));
  put('from', numberText(view.lessonFrom));
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** Whatever stands there gives a view: what is not understood is left at its default. A link from a newer version gives the empty one. */
export function decodeView(hash: string, steps = upgraders, version = viewVersion): View {
  let fields = readFields(hash);
  let found = Number(fields.get('v') ?? Number.NaN);
  if (!Number.isInteger(found) || found > version) return emptyView;
  for (; found < version; found++) fields = steps[found]?.(fields) ?? fields;
  const get = (name: string) => fields.get(name);
  return {
    case: /^[\w-]{1,64}$/.test(get('case') ?? '') ? (get('case') ?? null) : null,
    screen: oneOf(screens, get('s')) ?? 'home',
    timeRange: readSpan(get('range')),
    zoom: readSpan(get('zoom')),
    cursor: readNumber(get('t')),
    selection: readSelection(get('sel')),
    filter: (get('q') ?? '').slice(0, 500),
    ladderAt: readNumber(get('at')),
    hidden: (get('hide') ?? '').split(',').filter((id) => /^[\w.:-]{1,64}$/.test(id)),
    shading: oneOf(shadings, get('gc')) ?? 'off',
    since: readNumber(get('since')),
    spanClass: readNumber(get('class')),
    ask: /^[a-z0-9=,]{0,100}$/.test(get('ask') ?? '') ? (get('ask') ?? '') : '',
    lessonStep: readNumber(get('step')),
    lessonFrom: readNumber(get('from')),
  };
}

function readFields(hash: string): Fields {
  const out = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    try {
      out.set(part.slice(0, at), decodeURIComponent(part.slice(at + 1)));
    } catch {
      out.set(part.slice(0, at), part.slice(at + 1));
    }
  }
  return out;
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((k) => k === value);
}

function numberText(value: number | null): string | null {
  return value === null ? null : String(value);
}

function spanText({ from, to }: Span): string {
  return `${from}~${to}`;
}

function readNumber(text: string | undefined): number | null {
  const value = text ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function readSpan(text: string | undefined): Span | null {
  const [from, to] = (text ?? '').split('~').map(readNumber);
  return typeof from === 'number' && typeof to === 'number' && from < to ? { from, to } : null;
}

function selectionText(selection: Selection): string {
  switch (selection.kind) {
    case 'evidence':
      return `evidence:${selection.evidence}`;
    case 'line':
      return `line:${selection.evidence}:${selection.line}`;
    case 'offset':
      return `offset:${selection.evidence}:${selection.offset}`;
    case 'cycle':
      return `cycle:${selection.t}`;
    case 'finding':
      return `finding:${selection.rank}`;
    case 'span':
      return `span:${selection.address}`;
    case 'slot':
      return `slot:${selection.address}:${selection.slot}`;
  }
}

function readSelection(text: string | undefined): Selection | null {
  const [kind, ...rest] = (text ?? '').split(':');
  if (kind === 'span' || kind === 'slot') return readHeapSelection(kind, rest);
  const [a, b] = rest.map(readNumber);
  if (typeof a !== 'number') return null;
  if (kind === 'cycle') return { kind, t: a };
  if (!Number.isInteger(a) || a < 1) return null;
  if (kind === 'evidence') return { kind, evidence: a };
  if (kind === 'finding') return { kind, rank: a };
  if (typeof b !== 'number' || !Number.isInteger(b) || b < 0) return null;
  if (kind === 'line') return { kind, evidence: a, line: b };
  if (kind === 'offset') return { kind, evidence: a, offset: b };
  return null;
}

function readHeapSelection(kind: 'span' | 'slot', [address, slotText]: readonly string[]): Selection | null {
  if (address === undefined || !/^0x[0-9a-f]{1,16}$/.test(address)) return null;
  if (kind === 'span') return { kind, address };
  const slot = readNumber(slotText);
  return slot !== null && Number.isInteger(slot) && slot >= 0 ? { kind, address, slot } : null;
}
