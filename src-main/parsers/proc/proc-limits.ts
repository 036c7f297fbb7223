/**
 * /proc/PID/limits, and `ulimit -a`: what a process may have. Address space and the number of processes are what Go's own crashes come from.
 *
 * @source Linux fs/proc/base.c proc_pid_limits (6.x); bash ulimit
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const head = /^Limit {5,40}Soft Limit {2,40}Hard Limit/;
const row =
  /^Max ([a-z ]{3,24}?) {2,24}(unlimited|\d{1,20}) {1,24}(unlimited|\d{1,20})(?: {1,24}([a-z]{1,12}))?\s{0,40}$/;
const shell = /^([a-z][a-z -]{3,24}?) {2,24}\(([a-z]{1,12}, )?-([a-zA-Z])\) (unlimited|\d{1,20})$/;
const watched = new Set([
  'address space',
  'data size',
  'resident set',
  'processes',
  'open files',
  'locked memory',
  'stack size',
  'core file size',
]);
const shellUnits: Readonly<Record<string, number>> = {
  'kbytes, ': 1024,
  'bytes, ': 1,
  'blocks, ': 1024,
  '512 bytes, ': 512,
};

class ProcLimits implements Reading {
  private readonly counts: Record<string, number | string> = {};
  private taken = 0;
  private active = false;

  take(line: Line, context: TextContext): boolean {
    if (line.length > 160 || line.length < 12) return false;
    const text = line.text();
    if (head.test(text)) {
      this.active = true;
      this.taken++;
      return true;
    }
    const m = row.exec(text);
    if (m && (this.active || watched.has(m[1] as string))) {
      this.keep(m[1] as string, m[2] as string, 1, line, context);
      this.counts[`hard ${m[1]}`] = number(m[3] as string);
      this.taken++;
      return true;
    }
    const s = shell.exec(text);
    if (!s) return false;
    const name = (s[1] as string).replace('max user processes', 'processes').replace('virtual memory', 'address space');
    this.keep(name, s[4] as string, shellUnits[s[2] ?? ''] ?? 1, line, context);
    this.taken++;
    return true;
  }

  endSection(): void {
    this.active = false;
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: 'proc-status', dialect: 'limits', taken: this.taken, counts: this.counts }];
  }

  private keep(name: string, value: string, factor: number, line: Line, context: TextContext): void {
    const limit = number(value);
    this.counts[`soft ${name}`] = typeof limit === 'number' ? limit * factor : limit;
    if (typeof limit !== 'number') return;
    const at = { line: line.number };
    if (name === 'address space') context.sink.fact('limit.address_space_bytes', limit * factor, at);
    else if (name === 'processes') context.sink.fact('limit.processes', limit, at);
    else if (name === 'open files') context.sink.fact('limit.open_files', limit, at);
  }
}

/** Integers beyond 2^53-1 keep their digits; `unlimited` stays a word. */
function number(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

export const procLimitsFormat: ReadingFormat = {
  id: 'proc-limits',
  opens: 'LMabcdefghijklmnopqrstuvwxyz',
  weight: 1,
  create: () => new ProcLimits(),
};
