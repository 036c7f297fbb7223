/**
 * Tables of kubectl and docker: `get events`, `get pods`, `top pod`, `docker stats`.
 *
 * @source k8s.io/kubectl/pkg/cmd/get, pkg/cmd/top; docker/cli cli/command/formatter/container
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { wallClock } from '../contract.ts';
import { parseQuantityText } from '../memstats/quantity-text.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { parseQuantity } from './quantity.ts';

type Table = 'events' | 'pods' | 'top' | 'docker stats';

const heads: readonly [Table, RegExp][] = [
  ['events', /^(?:NAMESPACE {2,40})?LAST SEEN {2,20}(?:FIRST SEEN {2,20})?(?:COUNT {2,20})?TYPE {2,20}REASON/],
  ['pods', /^(?:NAMESPACE {2,60})?NAME {2,100}READY {2,10}STATUS {2,30}RESTARTS/],
  ['top', /^(?:NAMESPACE {2,60})?(?:POD {2,100})?NAME {2,100}CPU\(cores\) {2,20}(?:CPU% {2,20})?MEMORY\(bytes\)/],
  ['docker stats', /^CONTAINER(?: ID)? {2,80}(?:NAME {2,80})?CPU % {2,20}MEM USAGE \/ LIMIT/],
];

class KubeTables implements Reading {
  private table: Table | undefined;
  private head: readonly string[] = [];
  private readonly frames = new SampleFrames('container table');
  private taken = 0;
  private rows = 0;
  private lastLine = -10;
  private readonly counts: Record<string, number> = {};
  private readonly seen = new Set<Table>();

  take(line: Line, context: TextContext): boolean {
    if (line.length < 12 || line.length > 1_500) return false;
    const text = line.text().trimEnd();
    const c = line.byte(0);
    if (c >= 65 && c <= 90) {
      const found = heads.find(([, pattern]) => pattern.test(text));
      if (found) {
        this.table = found[0];
        this.seen.add(found[0]);
        this.head = text.split(/ {2,100}/);
        this.frames.close();
        this.taken++;
        this.lastLine = line.number;
        return true;
      }
    }
    if (!this.table || line.number > this.lastLine + 2) return false;
    if (!this.takeRow(this.table, text, line, context)) return false;
    this.rows++;
    this.taken++;
    this.lastLine = line.number;
    return true;
  }

  endSection(): void {
    this.table = undefined;
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.rows === 0) return [];
    return [
      {
        kind: 'kubectl',
        dialect: [...this.seen].join(', '),
        taken: this.taken,
        counts: { rows: this.rows, ...this.counts },
      },
    ];
  }

  private takeRow(table: Table, text: string, line: Line, context: TextContext): boolean {
    const cells = text.trimStart().split(/ {2,100}/);
    switch (table) {
      case 'events':
        return this.takeEvent(cells, text, line, context);
      case 'pods':
        return this.takePod(text, line, context);
      case 'top':
        return this.takeTop(text, line, context);
      case 'docker stats':
        return this.takeDocker(cells, line, context);
    }
  }

  private takeEvent(cells: readonly string[], text: string, line: Line, context: TextContext): boolean {
    const at = cells.findIndex((cell) => cell === 'Normal' || cell === 'Warning');
    if (at < 0) return false;
    this.counts.events = (this.counts.events ?? 0) + 1;
    const reason = cells[at + 1] ?? '';
    if (/OOM/i.test(reason)) this.counts.oom_events = (this.counts.oom_events ?? 0) + 1;
    if (cells[at] === 'Warning')
      context.sink.event({
        kind: 'log',
        clock: wallClock,
        tNs: undefined,
        at: { line: line.number },
        data: { text: text.slice(text.indexOf(reason)).slice(0, 300), severity: 3, age: cells[at - 1] ?? '' },
      });
    return true;
  }

  private takePod(text: string, line: Line, context: TextContext): boolean {
    const m =
      /^(?:\S{1,63} {2,60})??(\S{1,253}) {2,100}(\d{1,3}\/\d{1,3}) {2,10}(\S{1,60}) {2,40}(\d{1,9})(?: \(([^)]{1,40})\))?/.exec(
        text.trimStart(),
      );
    if (!m) return false;
    this.counts.pods = (this.counts.pods ?? 0) + 1;
    this.counts.restarts = Math.max(this.counts.restarts ?? 0, Number(m[4]));
    if (m[3] === 'OOMKilled') {
      context.sink.event({
        kind: 'container_terminated',
        clock: wallClock,
        tNs: undefined,
        at: { line: line.number },
        data: {
          state: 'Terminated',
          reason: 'OOMKilled',
          container: m[1] as string,
          restarts: Number(m[4]),
          limit_bytes: null,
          started_wall_ns: null,
        },
      });
      this.counts.oom_killed = (this.counts.oom_killed ?? 0) + 1;
    }
    return true;
  }

  private takeTop(text: string, line: Line, context: TextContext): boolean {
    const m =
      /^(?:(\S{1,253}) {2,100})??(\S{1,253}) {2,100}(\d{1,9}m?) {2,20}(?:\d{1,4}% {2,20})?(\d{1,12}(?:Ki|Mi|Gi)?)(?: |$)/.exec(
        text.trimStart(),
      );
    if (!m) return false;
    const bytes = parseQuantity(m[4] as string);
    const labels = { pod: m[1] ?? (m[2] as string), ...(m[1] ? { container: m[2] as string } : {}) };
    if (!this.frames.isOpen) this.frames.open(line, context);
    this.frames.set({ metric: 'cgroup_working_set_bytes', sourceName: 'MEMORY(bytes)', labels }, bytes);
    this.counts.largest_memory_bytes = Math.max(this.counts.largest_memory_bytes ?? 0, bytes);
    return true;
  }

  private takeDocker(cells: readonly string[], line: Line, context: TextContext): boolean {
    const at = cells.findIndex((cell) => / \/ /.test(cell));
    const pair = at < 0 ? undefined : (cells[at] as string).split(' / ');
    const used = parseQuantityText(pair?.[0] ?? '');
    const limit = parseQuantityText(pair?.[1] ?? '');
    if (used?.kind !== 'bytes') return false;
    const name = this.head.includes('NAME') ? (cells[1] ?? '') : (cells[0] ?? '');
    if (!this.frames.isOpen) this.frames.open(line, context);
    this.frames.set(
      { metric: 'cgroup_current_bytes', sourceName: 'MEM USAGE', labels: { container: name } },
      used.value,
    );
    if (limit?.kind === 'bytes') {
      this.frames.set({ metric: 'cgroup_limit_bytes', sourceName: 'LIMIT', labels: { container: name } }, limit.value);
      this.counts.limit_bytes = limit.value;
    }
    this.counts.largest_memory_bytes = Math.max(this.counts.largest_memory_bytes ?? 0, used.value);
    const pids = /^\d{1,9}$/.test(cells.at(-1) ?? '') ? Number(cells.at(-1)) : Number.NaN;
    this.frames.set({ metric: 'cgroup_pids', sourceName: 'PIDS', labels: { container: name } }, pids);
    return true;
  }
}

export const kubeTablesFormat: ReadingFormat = { id: 'kube-tables', weight: 2, create: () => new KubeTables() };
