/** Hue and dash of every quantity: the same in charts, tables, the ladder and the legend. A hue never stands alone: dash or label tell it apart too. */
import type { SeriesRole } from '../../src-main/api/contract/calls.ts';

export interface Pen {
  /** Name of the theme's variable. */
  readonly colour: string;
  /** Pixels on, off; empty: solid. */
  readonly dash: readonly number[];
  readonly width: number;
  /** Area below the curve. */
  readonly isFilled: boolean;
  /** Holds its value until the next sample. */
  readonly isStepped: boolean;
}

function pen(colour: string, change: Partial<Pen> = {}): Pen {
  return { colour, dash: [], width: 1.5, isFilled: false, isStepped: false, ...change };
}

export const pens: Readonly<Record<SeriesRole, Pen>> = {
  rss: pen('--rss', { isFilled: true }),
  cgroup: pen('--rss', { dash: [8, 3, 2, 3], width: 1.3 }),
  limit: pen('--limit', { dash: [6, 4], isStepped: true }),
  sys: pen('--inuse', { dash: [9, 3], width: 1.2 }),
  heap_alloc: pen('--alloc'),
  heap_inuse: pen('--inuse', { isFilled: true }),
  heap_idle: pen('--idle'),
  heap_released: pen('--released', { dash: [2, 3], width: 1.2 }),
  heap_live: pen('--gc', { dash: [5, 2], isStepped: true }),
  goal: pen('--goal', { dash: [3, 3], width: 1.3, isStepped: true }),
  stacks: pen('--stack'),
  mallocs: pen('--alloc'),
  frees: pen('--idle', { dash: [4, 3] }),
  objects: pen('--inuse'),
  trace_live: pen('--gc', { isStepped: true }),
  running: pen('--stack', { isStepped: true }),
  runnable: pen('--rss', { dash: [5, 2], isStepped: true }),
  waiting: pen('--idle', { dash: [2, 2], isStepped: true }),
  syscall: pen('--off', { dash: [8, 3], isStepped: true }),
  procs: pen('--inuse', { isFilled: true }),
  gomaxprocs: pen('--limit', { dash: [6, 4], width: 1.2, isStepped: true }),
  goroutines: pen('--stack', { isFilled: true }),
  threads: pen('--off', { dash: [6, 3] }),
  files: pen('--off'),
  other: pen('--accent'),
};

/** Colour of a row of the ladder. */
export const ladderColours: Readonly<Record<string, string>> = {
  limit: '--limit',
  rss: '--rss',
  cgroup: '--rss',
  go: '--inuse',
  heap_in_use: '--inuse',
  heap_live: '--alloc',
  heap_dead: '--gc',
  heap_waste: '--idle',
  heap_idle: '--idle',
  stacks: '--stack',
  metadata: '--released',
  lazy_free: '--released',
  malloc: '--off',
  files: '--off',
  shared: '--goal',
  page_cache: '--off',
  kernel: '--none',
  not_resident: '--none',
  unattributed: '--bad',
};

export type Paint = (variable: string) => string;

/** Reads the theme's colours as they stand now. */
export function paintOf(element: Element): Paint {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (variable) => {
    let colour = known.get(variable);
    if (colour === undefined) {
      colour = style.getPropertyValue(variable).trim();
      known.set(variable, colour);
    }
    return colour;
  };
}
