/**
 * `perf script`: calls that map and unmap memory, page faults and any other event, with their stacks. Times are the recording's clock, which counts
 * from boot unless `perf record -k` chose another.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { bootClock } from '../contract.ts';
import { ChurnSeries } from '../mappings/churn-series.ts';
import { sayLedger } from '../mappings/ledger-report.ts';
import { sayProfile } from '../pprof/profile-summary.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { PerfEvents, type PerfListener } from './perf-events.ts';

const longestLine = 8_192;
const mostFailures = 1_000;

class PerfScript implements Reading {
  private events: PerfEvents | undefined;
  private taken = 0;
  private startLine = 0;
  private failures = 0;
  private report: ReadingReport | undefined;

  take(line: Line, context: TextContext): boolean {
    const { events } = this;
    if (!events) {
      const first = line.byte(0);
      // an event's time has six or nine digits behind the dot and `: ` behind it; a frame cannot begin a recording
      const isOpening =
        first === 35 ? line.startsWith('# ========') : first !== 9 && /\.\d{6,9}: /.test(line.head(160));
      if (!isOpening) return false;
      const opened = new PerfEvents(this.listener(context));
      if (!opened.take(line.text().slice(0, longestLine), line.number)) return false;
      this.events = opened;
      this.startLine = line.number;
      this.taken++;
      return true;
    }
    const isTaken = events.take(line.text().slice(0, longestLine), line.number);
    if (isTaken) this.taken++;
    return isTaken;
  }

  endSection(context: TextContext): void {
    const { events } = this;
    this.events = undefined;
    if (!events) return;
    events.close();
    if (events.events === 0) return;
    const counts: Record<string, number | string> = {
      events: events.events,
      ...Object.fromEntries([...events.counts].map(([event, n]) => [`events_${event}`, n])),
    };
    const at = { line: this.startLine };
    const { ledger } = events;
    if (ledger.accounts.length > 0) Object.assign(counts, sayLedger(ledger, context.sink, at));
    for (const profile of events.profiles()) sayProfile(profile, context.sink, (line) => ({ line }));
    const comm = [...events.comms].sort((a, b) => b[1] - a[1])[0];
    if (comm) context.sink.fact('process.name', comm[0], at);
    if (events.lost > 0)
      context.sink.warn({
        code: 'mappings/lost_events',
        severity: 'data_loss',
        phase: 'read',
        at,
        args: { count: events.lost },
      });
    this.report ??= { kind: 'perf-script', dialect: 'perf script', taken: 0, counts };
  }

  reports(): readonly ReadingReport[] {
    return this.report ? [{ ...this.report, taken: this.taken }] : this.pending();
  }

  /** Sniffing asks before the text has ended. */
  private pending(): readonly ReadingReport[] {
    return (this.events?.events ?? 0) > 0
      ? [{ kind: 'perf-script', dialect: 'perf script', taken: this.taken, counts: {} }]
      : [];
  }

  private listener({ sink }: TextContext): PerfListener {
    const series = new ChurnSeries(sink, 'perf');
    const ns = (tNs: number) => BigInt(Math.round(tNs));
    return {
      call: (e, line, name, ledger) => series.row(bootClock, ns(e.tNs), line, name, ledger),
      advice: (e, line, advice, bytes) => series.advice(bootClock, ns(e.tNs), line, advice, bytes),
      sample: (e, line) => series.event(bootClock, ns(e.tNs), line, e.event, e.period),
      failed: (e, line, call, bytes, errno) => {
        if (this.failures++ >= mostFailures) return;
        const data = { call, bytes, errno, comm: e.comm, tid: e.tid };
        sink.event({ kind: 'map_failed', clock: bootClock, tNs: ns(e.tNs), at: { line }, data });
      },
    };
  }
}

export const perfScriptFormat: ReadingFormat = { id: 'perf-script', weight: 1, create: () => new PerfScript() };
