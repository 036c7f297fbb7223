import type { TraceRange } from '../../../api/contract/trace-range.ts';
import type { CaseSession } from '../../../api/service.ts';
import { type Command, exit, isSet, text, UsageError } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { timeOption } from '../time-option.ts';

const linesShown = 20;

export const traceCommand: Command = {
  name: 'trace',
  usage: 'trace BUNDLE [--from TIME|SECONDS] [--to TIME|SECONDS] [--json]',
  options: { from: { type: 'string' }, to: { type: 'string' } },
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('trace needs a bundle');
    const session = await service.open({ inputs: args, signal });
    try {
      const whole = session.traceRange(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 'en');
      if (!whole) {
        terminal.error('the case has no execution trace that has a place in time');
        return exit.nothingReadable;
      }
      const moment = (name: 'from' | 'to') => {
        const value = text(values, name);
        if (value === undefined) return whole[name];
        // a plain number counts from the start of the trace
        if (/^\d{1,12}(?:\.\d{1,9})?$/.test(value)) return whole.from + Number(value);
        return session.secondsOf(timeOption(value, name));
      };
      const isWhole = text(values, 'from') === undefined && text(values, 'to') === undefined;
      const trace = isWhole ? whole : session.traceRange(moment('from'), moment('to'), 'en');
      if (!trace) throw new UsageError('no trace touches that stretch');
      if (isSet(values, 'json')) await terminal.json(documentOf(session, trace, whole.from));
      else await print(session, trace, terminal);
      return exit.done;
    } finally {
      session.close();
    }
  },
};

/** Times as the other commands give them: RFC 3339 or null, and seconds since the start of the trace. */
function documentOf(session: CaseSession, trace: TraceRange, start: number) {
  const { evidence: _, path, from, to, goroutines, stops, ...rest } = trace;
  return {
    source: path,
    from: session.timeText(from),
    to: session.timeText(to),
    from_t_rel_s: from - start,
    to_t_rel_s: to - start,
    goroutines: { ...goroutines, until: goroutines.until === null ? null : session.timeText(goroutines.until) },
    stops: {
      ...stops,
      rows: stops.rows.map(({ t, when: __, ...stop }) => ({ at: session.timeText(t), t_rel_s: t - start, ...stop })),
    },
    ...rest,
  };
}

async function print(session: CaseSession, trace: TraceRange, terminal: Terminal): Promise<void> {
  const ms = (seconds: number) => `${(seconds * 1e3).toFixed(3)} ms`;
  await terminal.line(`${trace.path}: ${session.timeText(trace.from) ?? '-'} to ${session.timeText(trace.to) ?? '-'}`);
  await terminal.line(`goroutines: ${trace.goroutines.goroutines} (running, ready, blocked, in system calls)`);
  for (const g of trace.goroutines.rows.slice(0, linesShown))
    await terminal.line(
      `  ${g.goroutines} x ${g.function || '?'}  ${ms(g.running)}  ${ms(g.runnable)}  ${ms(g.waiting)}  ${ms(g.syscall)}  ${g.reason}`,
    );
  await terminal.line(`stops of the world: ${trace.stops.count}, ${ms(trace.stops.seconds)} (stopping, work)`);
  for (const s of trace.stops.rows)
    await terminal.line(
      `  ${session.timeText(s.t) ?? ms(s.t)}  ${s.reason}  ${ms(s.length)}  ${ms(s.stopping)}  ${ms(s.work)}  ${s.sampled.join(' ')}`,
    );
  await terminal.line(trace.samples_note);
  for (const f of trace.samples.functions)
    await terminal.line(`  ${f.function}  ${f.in_stops} in pauses, ${f.in_mark} in mark`);
  if (!trace.heap) return;
  await terminal.line(`allocated: ${trace.heap.allocs} objects, ${trace.heap.bytes} bytes (replayed)`);
  for (const r of trace.heap.by_type.slice(0, linesShown))
    await terminal.line(`  ${r.name || 'no type'}  ${r.allocs}  ${r.bytes} B, ${r.freed_bytes} B freed`);
  for (const c of trace.heap.grown.slice(0, linesShown))
    await terminal.line(
      `  span class ${c.span_class}  ${c.spans_change} more spans, ${c.live_bytes_change} B more live`,
    );
}
