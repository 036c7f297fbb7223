/** Ink of the printed report. Hues are those of the screen (Okabe-Ito), dark enough for paper. */
import type { SeriesRole } from '../../api/contract/calls.ts';

export const ink = {
  text: '#16191f',
  soft: '#59606b',
  line: '#d5d9e0',
  panel: '#f4f5f7',
  accent: '#1f5fbf',
  alarm: '#c2371d',
  calm: '#1d7a4f',
  unsure: '#8a6d1a',
} as const;

export interface Stroke {
  readonly colour: string;
  /** Dash of the line in points; solid where none. */
  readonly dash?: readonly [number, number];
  /** Holds its value until the next one. */
  readonly isStepped?: boolean;
}

export const strokes: Readonly<Record<SeriesRole, Stroke>> = {
  rss: { colour: '#b36b00' },
  cgroup: { colour: '#8f5902', dash: [4, 2] },
  limit: { colour: '#c2410c', dash: [5, 3] },
  sys: { colour: '#7a8190', dash: [2, 2] },
  heap_alloc: { colour: '#1787c9' },
  heap_inuse: { colour: '#00559a' },
  heap_idle: { colour: '#7a8190' },
  heap_released: { colour: '#aab0bb' },
  heap_live: { colour: '#4a3aa7', dash: [1, 2], isStepped: true },
  goal: { colour: '#b3487a', dash: [4, 2], isStepped: true },
  stacks: { colour: '#00785a' },
  mallocs: { colour: '#1787c9' },
  frees: { colour: '#7a8190', dash: [3, 2] },
  objects: { colour: '#00559a' },
  trace_live: { colour: '#4a3aa7', isStepped: true },
  running: { colour: '#00785a', isStepped: true },
  runnable: { colour: '#b36b00', dash: [3, 2], isStepped: true },
  waiting: { colour: '#7a8190', dash: [2, 2], isStepped: true },
  syscall: { colour: '#4a3aa7', dash: [4, 2], isStepped: true },
  procs: { colour: '#00559a' },
  gomaxprocs: { colour: '#c2410c', dash: [5, 3], isStepped: true },
  goroutines: { colour: '#00785a' },
  threads: { colour: '#b36b00', dash: [3, 2] },
  files: { colour: '#4a3aa7' },
  other: { colour: '#16191f' },
};
