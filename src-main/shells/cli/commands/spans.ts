import type { HeapClass, HeapMoment, HeapSource, HeapSpan } from '../../../api/contract/heap.ts';
import type { CaseSession } from '../../../api/service.ts';
import { Refusal } from '../../../case/refusal.ts';
import { type Command, exit, isSet, text, UsageError, type Values, wholeNumber } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { secondsOption, timeOption } from '../time-option.ts';
import { printEstimate } from './spans-estimate.ts';

/** States of spans that a trace tells. */
const states = ['in_use', 'manual'] as const;

export interface SpanFilter {
  readonly spanClass: number | undefined;
  readonly state: string | undefined;
}

export const spansCommand: Command = {
  name: 'spans',
  usage:
    'spans BUNDLE [--at TIME|SECONDS|start|peak|end] [--since TIME|SECONDS|start|peak] [--class N] [--state in_use|manual] [--span ADDRESS] [--json]',
  options: {
    at: { type: 'string' },
    since: { type: 'string' },
    class: { type: 'string' },
    state: { type: 'string' },
    span: { type: 'string' },
  },
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('spans needs a bundle');
    const filter = filterOf(values);
    const address = addressOf(text(values, 'span'));
    const session = await service.open({ inputs: args, signal });
    try {
      const isJson = isSet(values, 'json');
      if (session.heap.sources().length === 0 && session.heapEstimates.counts().length > 0) {
        if (address !== undefined) throw new Refusal('heap/estimate_no_span');
        if (text(values, 'since') !== undefined) throw new Refusal('heap/estimate_no_since');
        await printEstimate(session, text(values, 'at') ?? 'peak', filter, isJson, terminal);
        return exit.done;
      }
      const at = momentOf(session, text(values, 'at') ?? 'peak', 'at');
      if (address !== undefined) await printSpan(session, session.heap.span(at, address), isJson, terminal);
      else {
        const since = text(values, 'since');
        const before = since === undefined ? undefined : momentOf(session, since, 'since');
        await printMoment(session, session.heap.moment(at, before), filter, isJson, terminal);
      }
      return exit.done;
    } finally {
      session.close();
    }
  },
};

function filterOf(values: Values): SpanFilter {
  const state = text(values, 'state');
  if (state !== undefined && !states.some((s) => s === state)) throw new UsageError('--state takes in_use or manual');
  return { spanClass: wholeNumber(values, 'class', 0, 135), state };
}

function addressOf(value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (!/^0x[0-9a-fA-F]{1,16}$/.test(value)) throw new UsageError('--span takes an address: 0xc000012000');
  return BigInt(value);
}

/** A moment in seconds of the case; a plain number counts from the start of the trace. */
function momentOf(session: CaseSession, value: string, name: string): number {
  const sources = session.heap.sources();
  const [first] = sources;
  if (!first) return 0;
  if (value === 'start') return first.from;
  if (value === 'end') return (sources.at(-1) as HeapSource).to;
  if (value === 'peak') return session.heap.peak();
  const seconds = secondsOption(value);
  if (seconds !== undefined) return first.start + seconds;
  return session.secondsOf(timeOption(value, name));
}

/** RFC 3339, null without wall time, and seconds since the start of the trace. */
function timeFields(session: CaseSession, t: number, source: HeapSource | undefined) {
  return { at: session.timeText(t), t_rel_s: t - (source?.start ?? 0) };
}

async function printSpan(session: CaseSession, span: HeapSpan, isJson: boolean, terminal: Terminal): Promise<void> {
  const source = session.heap.sources().find((s) => s.evidence === span.evidence);
  const { t, path, ...rest } = span;
  if (isJson) {
    await terminal.json({ ...timeFields(session, t, source), source: path, ...rest });
    return;
  }
  await terminal.line(
    `${span.base} ${span.npages} pages, ${span.span_class === null ? 'manual' : `span class ${span.span_class}`}, ${span.elem_size} B, ${span.alloc_count} of ${span.nelems} slots (replayed)`,
  );
  for (const o of span.objects)
    await terminal.line(
      `${o.slot}  ${o.address}  ${o.type || '-'}  ${o.born_when || 'before the trace'}  ${o.goroutine_function}`,
    );
}

async function printMoment(
  session: CaseSession,
  moment: HeapMoment,
  filter: SpanFilter,
  isJson: boolean,
  terminal: Terminal,
): Promise<void> {
  const classes = moment.classes.filter((c) => filter.spanClass === undefined || c.span_class === filter.spanClass);
  if (!isJson) {
    const { totals } = moment;
    await terminal.line(
      `${session.timeText(moment.t) ?? moment.when}: ${totals.spans} spans, ${totals.inuse_bytes} bytes in use, ${totals.live_bytes} live, ${totals.free_slots} free slots (replayed)`,
    );
    for (const c of [...classes].sort((a, b) => b.live_bytes - a.live_bytes)) await terminal.line(classText(c));
    return;
  }
  const { t, source, label, totals, misfits, min_address, page_bytes, since } = moment;
  const head = {
    ...timeFields(session, t, source),
    source: source.path,
    label,
    totals,
    since: since === null ? null : session.timeText(since),
    min_address,
    page_bytes,
    misfits,
    classes,
  };
  await terminal.jsonWithRows(head, 'spans', spanRows(moment, filter));
}

function classText(c: HeapClass): string {
  return [
    c.span_class,
    c.elem_size === 0 ? 'large' : `${c.elem_size} B`,
    c.noscan ? 'noscan' : 'scan',
    `${c.spans} spans`,
    `${c.objects} objects`,
    `${c.live_bytes} B live`,
    `${(100 * c.occupancy).toFixed(1)} %`,
    `tail ${c.tail_waste} B`,
  ].join('  ');
}

function* spanRows(moment: HeapMoment, { spanClass, state }: SpanFilter) {
  const base = BigInt(moment.min_address);
  const { page, npages, span_class, slots, live } = moment.spans;
  for (let i = 0; i < page.length; i++) {
    const c = span_class[i] as number;
    const is = c < 0 ? 'manual' : 'in_use';
    if ((spanClass !== undefined && c !== spanClass) || (state !== undefined && is !== state)) continue;
    const nelems = slots[i] as number;
    yield {
      base: `0x${(base + BigInt(page[i] as number) * BigInt(moment.page_bytes)).toString(16)}`,
      npages: npages[i],
      state: is,
      span_class: c < 0 ? null : c,
      nelems,
      alloc_count: live[i],
      free_index: null,
      occupancy: nelems === 0 ? 0 : (live[i] as number) / nelems,
    };
  }
}
