/**
 * What Go's reader says of a version 1 trace, said as our reader says it. Its converter leaves a few things as they happen to fall out of the old
 * parser; ours gives them the meaning they have in version 2:
 *   - The context of a transition is the one before it, not the one after it.
 *   - The old parser's made-up Ps (network poller, timers, system calls, GC) are no Ps.
 *   - A task without a parent has none at its end as well as at its begin; at its end Go says 0.
 *
 * Events of one moment come in random order in Go's reader, which walks maps: see `withoutTies`.
 *
 * @source Go 1.26 internal/trace/tracev1.go convertEvent; internal/trace/internal/tracev1/parser.go (FakeP and after), order.go
 */
import type { ParsedEvent } from './parsed-text.ts';

const firstMadeUpProc = 1_000_000;

export function asVersion2(event: ParsedEvent): ParsedEvent {
  const { kind, goroutine } = event;
  const proc = event.proc >= firstMadeUpProc ? -1 : event.proc;
  if (kind === 'TaskEnd')
    return { ...event, proc, detail: event.detail.replace('Parent=0 ', `Parent=${2n ** 64n - 1n} `) };
  const started = /^(Go|Proc)ID=\d+ (?:Undetermined|Runnable|Idle)->Running /.exec(event.detail);
  if (kind !== 'StateTransition' || started === null) return { ...event, proc };
  return started[1] === 'Go' ? { ...event, proc, goroutine: -1 } : { ...event, proc: -1, goroutine };
}

/** Lines in order of time, those that follow each other within a nanosecond (one moment, told apart by the reader) in order of their texts. */
export function withoutTies(lines: readonly string[]): string[] {
  const times = lines.map((line) => BigInt(line.slice(0, line.indexOf(' '))));
  const texts = lines.map((line) => line.slice(line.indexOf(' ')));
  const out: string[] = [];
  for (let from = 0, to = 0; from < lines.length; from = to) {
    for (to = from + 1; to < lines.length && times[to] - times[to - 1] <= 1n; ) to++;
    for (const text of texts.slice(from, to).sort()) out.push(`${times[out.length]}${text}`);
  }
  return out;
}
