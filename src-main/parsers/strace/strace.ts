/** `strace -f -e trace=memory`: address space over time, and by stack where -k was given. */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Clock, captureClock, wallClock } from '../contract.ts';
import { churnProfile } from '../mappings/churn-profile.ts';
import { ChurnSeries } from '../mappings/churn-series.ts';
import { sayLedger } from '../mappings/ledger-report.ts';
import { sayProfile } from '../pprof/profile-summary.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { beginsTrace, StraceCalls, type StraceListener, type TimedCall } from './strace-calls.ts';

const longestLine = 16_384;
const mostFailures = 1_000;
const sinceFirstLine: Clock = { domain: 'process', instance: 0 };

class Strace implements Reading {
  private calls: StraceCalls | undefined;
  private taken = 0;
  private startLine = 0;
  private failures = 0;
  private report: ReadingReport | undefined;

  take(line: Line, context: TextContext): boolean {
    const text = line.head(longestLine);
    if (!this.calls && !beginsTrace(text)) return false;
    const calls = this.calls ?? new StraceCalls(this.listener(context));
    if (!calls.take(text, line.number)) return false;
    if (!this.calls) this.startLine = line.number;
    this.calls = calls;
    this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    const { calls } = this;
    this.calls = undefined;
    if (!calls) return;
    calls.close();
    const at = { line: this.startLine };
    const counts: Record<string, number> = { threads: calls.pids.size, failures: calls.failures };
    for (const [name, n] of calls.counts) counts[`calls_${name}`] = n;
    Object.assign(counts, sayLedger(calls.ledger, context.sink, at));
    const profile = calls.hasStacks ? churnProfile(calls.ledger, calls.stacks) : undefined;
    if (profile) sayProfile(profile, context.sink, (line) => ({ line }));
    this.report ??= { kind: 'strace', dialect: calls.hasStacks ? 'strace -k' : 'strace', taken: 0, counts };
  }

  reports(): readonly ReadingReport[] {
    if (this.report) return [{ ...this.report, taken: this.taken }];
    return this.taken > 0 ? [{ kind: 'strace', dialect: 'strace', taken: this.taken, counts: {} }] : [];
  }

  private listener({ sink }: TextContext): StraceListener {
    const series = new ChurnSeries(sink, 'strace');
    const clockOf = (call: TimedCall): Clock =>
      call.tNs === undefined ? captureClock : call.isWall ? wallClock : sinceFirstLine;
    // microseconds: more than a double of seconds since 1970 holds
    const ns = (call: TimedCall) => BigInt(Math.round((call.tNs ?? 0) / 1e3)) * 1_000n;
    return {
      call: (call, line, ledger) => series.row(clockOf(call), ns(call), line, call.name, ledger),
      advice: (call, line, advice, bytes) => series.advice(clockOf(call), ns(call), line, advice, bytes),
      failed: (call, line, bytes, error) => {
        if (this.failures++ >= mostFailures) return;
        const tNs = call.tNs === undefined ? undefined : ns(call);
        const data = { call: call.name, bytes, error, tid: call.pid };
        sink.event({ kind: 'map_failed', clock: clockOf(call), tNs, at: { line }, data });
      },
    };
  }
}

export const straceFormat: ReadingFormat = { id: 'strace', weight: 1, create: () => new Strace() };
