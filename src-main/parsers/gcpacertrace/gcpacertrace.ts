/**
 * Lines of the pacer (GODEBUG=gcpacertrace=1), between the gctrace lines: one when a cycle begins, one when it ends, one when sweeping is done.
 *
 * | Go | begins | ends |
 * |---|---|---|
 * | 1.5 to 1.17 | `assist ratio=+3.69e-001 (scan 0 MB in 4->5 MB) workers=0++2.5e-001` | `H_m_prev= h_t= H_T= h_a= H_a= h_g= H_g= u_a= u_g= W_a= goalΔ= actualΔ= u_a/u_g=` |
 * | 1.18 and later | the same; from 1.25 plain decimals | `29% CPU (25 exp.) for 741080+2624+204648 B work (204648 B exp.) in 4005888 B -> 4022272 B (∆goal -172032, cons/mark 0)` |
 *
 * They carry no time: a row takes the time of the last line that had one.
 *
 * @source runtime/mgcpacer.go startCycle, endCycle; runtime/mgcsweep.go finishsweep (Go 1.26); runtime/mgc.go of Go 1.17
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const mebi = 2 ** 20;
const begins =
  /^pacer: assist ratio=([+-]?[\d.]{1,40}(?:e[+-]?\d{1,3})?|[+-]?Inf|NaN) \(scan (\d{1,9}) MB in (\d{1,9})->(\d{1,9}) MB\) workers=(\d{1,6})\+([+-]?[\d.]{1,40}(?:e[+-]?\d{1,3})?)/;
const ends =
  /^pacer: (-?\d{1,9})% CPU \((\d{1,9}) exp\.\) for (\d{1,20})\+(\d{1,20})\+(\d{1,20}) B work \((\d{1,20}) B exp\.\) in (\d{1,20}) B -> (\d{1,20}) B \([^ ]{1,4}goal (-?\d{1,20}), cons\/mark ([+-]?[\d.]{1,40}(?:e[+-]?\d{1,3})?)/;
const sweeps =
  /^pacer: sweep done at heap size (\d{1,9})MB; allocated (-?\d{1,9})MB during sweep; swept (\d{1,18}) pages at (\S{1,40}) pages\/byte/;
const pair = /(H_m_prev|h_t|H_T|h_a|H_a|h_g|H_g|u_a|u_g|W_a|goal\S{1,2}|actual\S{1,2}|u_a\/u_g)=(\S{1,40})/g;
const oldNames: Readonly<Record<string, string>> = {
  H_m_prev: 'pacer_marked_before_bytes',
  H_T: 'pacer_trigger_bytes',
  H_a: 'pacer_heap_at_end_bytes',
  H_g: 'pacer_goal_bytes',
  u_a: 'pacer_utilization_ratio',
  u_g: 'pacer_utilization_goal_ratio',
  W_a: 'pacer_work_bytes',
};

class Gcpacertrace implements Reading {
  private frame: Frame | undefined;
  private taken = 0;
  private sweptPages = 0;
  private dialect = 'gcpacertrace';

  take(line: Line, context: TextContext): boolean {
    if (!line.startsWith('pacer: ')) return false;
    const text = line.text().slice(0, 600);
    const known =
      this.takeBegin(text, line, context) || this.takeEnd(text, line, context) || this.takeSweep(text, line, context);
    if (known || this.takeOldEnd(text, line, context)) {
      this.taken++;
      return true;
    }
    return false;
  }

  endSection(): void {
    // nothing is open between lines
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      {
        kind: 'gctrace',
        dialect: this.dialect,
        taken: this.taken,
        counts: { pacer_lines: this.taken, swept_pages: this.sweptPages },
      },
    ];
  }

  private takeBegin(text: string, line: Line, context: TextContext): boolean {
    const m = begins.exec(text);
    if (!m) return false;
    this.put(context, line, [
      ['gc_assist_ratio', 'assist ratio', Number(m[1])],
      ['pacer_scan_work_bytes', 'scan MB', Number(m[2]) * mebi],
      ['pacer_heap_at_start_bytes', 'in MB', Number(m[3]) * mebi],
      ['pacer_goal_bytes', '-> MB', Number(m[4]) * mebi],
      ['pacer_workers', 'workers', Number(m[5]) + Number(m[6])],
    ]);
    return true;
  }

  private takeEnd(text: string, line: Line, context: TextContext): boolean {
    const m = ends.exec(text);
    if (!m) return false;
    this.dialect = 'gcpacertrace go1.18';
    this.put(context, line, [
      ['pacer_utilization_ratio', '% CPU', Number(m[1]) / 100],
      ['pacer_utilization_goal_ratio', '% exp.', Number(m[2]) / 100],
      ['pacer_heap_work_bytes', 'B work (heap)', Number(m[3])],
      ['pacer_stack_work_bytes', 'B work (stack)', Number(m[4])],
      ['pacer_globals_work_bytes', 'B work (globals)', Number(m[5])],
      ['pacer_expected_work_bytes', 'B exp.', Number(m[6])],
      ['pacer_trigger_bytes', 'in B', Number(m[7])],
      ['pacer_heap_at_end_bytes', '-> B', Number(m[8])],
      ['pacer_goal_missed_bytes', 'goal delta', Number(m[9])],
      ['pacer_cons_mark_ratio', 'cons/mark', Number(m[10])],
    ]);
    return true;
  }

  private takeSweep(text: string, line: Line, context: TextContext): boolean {
    const m = sweeps.exec(text);
    if (!m) return false;
    this.sweptPages += Number(m[3]);
    this.put(context, line, [
      ['sweep_heap_bytes', 'sweep done at', Number(m[1]) * mebi],
      ['sweep_allocated_bytes', 'allocated during sweep', Number(m[2]) * mebi],
      ['swept_pages', 'swept pages', Number(m[3])],
      ['sweep_pages_per_byte', 'pages/byte', Number(m[4])],
    ]);
    return true;
  }

  private takeOldEnd(text: string, line: Line, context: TextContext): boolean {
    const values: [string, string, number][] = [];
    let seen = 0;
    for (const m of text.matchAll(pair)) {
      seen++;
      const metric = oldNames[m[1] as string];
      if (metric) values.push([metric, m[1] as string, Number(m[2])]);
    }
    if (seen < 3) return false;
    this.dialect = 'gcpacertrace go1.5';
    this.put(context, line, values);
    return true;
  }

  private put(
    context: TextContext,
    line: Line,
    values: readonly (readonly [metric: string, sourceName: string, value: number])[],
  ): void {
    this.frame ??= context.sink.frame('gcpacertrace', context.process.clock);
    this.frame.row(context.process.lastNs, line.number);
    for (const [metric, sourceName, value] of values)
      if (Number.isFinite(value)) this.frame.set(this.frame.column({ metric, sourceName }), value);
  }
}

export const gcpacertraceFormat: ReadingFormat = {
  id: 'gcpacertrace',
  opens: 'p',
  weight: 2,
  create: () => new Gcpacertrace(),
};
