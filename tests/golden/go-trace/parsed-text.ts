/**
 * What `go tool trace -d=parsed` prints, one line an event, in the form in which `model-text.ts` writes our tables.
 *
 * The tables keep less of an event than Go's reader does: a row of a range has the context of its begin and not that of its end, a metric no
 * thread and no stack. What a table does not keep is cut from the oracle's line, here and nowhere else; see `kept`.
 */
import type { TypeNames } from './alloc-types.ts';

/** One event as Go's reader has it. */
export interface ParsedEvent {
  readonly timeNs: bigint;
  readonly kind: string;
  readonly thread: number;
  readonly proc: number;
  readonly goroutine: number;
  /** What stands behind the time. */
  readonly detail: string;
  /** Frames as `function pc file:line`, leaf first, `;` between them. */
  readonly stack: string;
  readonly transitionStack: string;
  /** 1 for the first generation. */
  readonly generation: number;
}

const eventLine = /^M=(-?\d+) P=(-?\d+) G=(-?\d+) (\w+) Time=(-?\d+) ?(.*)$/;

/** The events of the text, in its order. */
export function parsedEvents(text: string): ParsedEvent[] {
  const events: ParsedEvent[] = [];
  const lines = text.split('\n');
  let generation = 0;
  for (let i = 0; i < lines.length; ) {
    const found = eventLine.exec(lines[i++]);
    if (found === null) continue;
    const stacks: Record<string, string> = {};
    while (i < lines.length && !lines[i].startsWith('M=')) {
      const name = lines[i++];
      if (!name.endsWith('Stack=')) continue;
      const frames: string[] = [];
      for (; lines[i]?.startsWith('\t'); i += 2) frames.push(frameText(lines[i], lines[i + 1]));
      stacks[name] = frames.join(';');
    }
    if (found[4] === 'Sync') generation++;
    events.push({
      thread: Number(found[1]),
      proc: Number(found[2]),
      goroutine: Number(found[3]),
      kind: found[4],
      timeNs: BigInt(found[5]),
      detail: found[6].replaceAll(/Value\{Uint64\((\d+)\)\}/g, '$1'),
      stack: stacks['Stack='] ?? '',
      transitionStack: stacks['TransitionStack='] ?? '',
      generation,
    });
  }
  return events;
}

function frameText(head: string, place: string): string {
  const at = head.lastIndexOf(' @ 0x');
  return `${head.slice(1, at)} ${head.slice(at + 3)} ${place.trim()}`;
}

/** The lines to compare: all events but syncs, which no table has. */
export function parsedLines(events: readonly ParsedEvent[], types: TypeNames): string[] {
  const open = new Set<string>();
  return events.filter((event) => event.kind !== 'Sync' && isNews(event, open)).map((event) => kept(event, types));
}

/** A range that goes on in another generation is said to be active there again; that is no row of its own. */
function isNews({ kind, detail }: ParsedEvent, open: Set<string>): boolean {
  if (!kind.startsWith('Range')) return true;
  const name = detail.replace(/ Attributes=.*/, '');
  if (kind === 'RangeEnd') return open.delete(name);
  if (kind === 'RangeActive' && open.has(name)) return false;
  return open.add(name).has(name);
}

function kept(event: ParsedEvent, types: TypeNames): string {
  const { timeNs, kind, thread: m, proc: p, goroutine: g, detail, stack } = event;
  const line = (context: string, rest = '') => `${timeNs} ${kind} ${context} ${detail}${rest}`;
  switch (kind) {
    case 'StateTransition':
      return line(
        `M=${m} P=${p} G=${g}`,
        ` ${stack}${event.detail.includes(' NotExist->') ? event.transitionStack : ''}`,
      );
    case 'RangeBegin':
    case 'StackSample':
      return line(`M=${m} P=${p} G=${g}`, ` ${stack}`);
    case 'Metric':
      return line(`P=${p} G=${g}`);
    case 'Label':
    case 'RegionEnd':
      return line(`G=${g}`);
    case 'TaskBegin':
    case 'RegionBegin':
    case 'Log':
      return line(`G=${g}`, ` ${stack}`);
    case 'Experimental': {
      const named = detail.replace(/type=(\d+)/, (_, id) => `type=${types.get(event.generation, Number(id))}`);
      return `${timeNs} ${kind} P=${p} G=${g} ${named}`;
    }
    default:
      return line('');
  }
}
