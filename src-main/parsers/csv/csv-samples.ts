/**
 * Samples as comma separated values (or semicolons, or tabs): Grafana's exports (series joined by time, or one series a row), VictoriaMetrics' CSV, and
 * any table with a head line that has a column of times. Columns are named as Prometheus, MemStats or the table's own maker names them.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Frame, wallClock } from '../contract.ts';
import { runtimeName } from '../memstats/memstats-names.ts';
import { parseQuantityText } from '../memstats/quantity-text.ts';
import { parseLabels } from '../prometheus/prom-line.ts';
import { promMetrics } from '../prometheus/prom-names.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';

const timeNames =
  /^(?:"?)(?:time|timestamp|ts|date|datetime|_time|time_iso|unix|unixtime|epoch|epoch_ms|when|@timestamp|date ?time|time \(utc\))(?:"?)$/i;
const seriesNames = /^(?:series|metric|name|_field|__name__)$/i;
const valueNames = /^(?:value|_value|val)$/i;
const mostColumns = 4_000;
const mostMisfits = 20;
const unitSuffix = /^(.{1,80}?)[ _]?\(?(kb|kib|mb|mib|gb|gib|bytes|b)\)?$/i;

interface Column {
  readonly metric: string;
  readonly sourceName: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly scale: number;
}

interface Table {
  readonly separator: string;
  readonly time: number;
  readonly cells: number;
  /** Undefined in the form of one value a row. */
  readonly columns: readonly (Column | undefined)[] | undefined;
  readonly series: number;
  readonly value: number;
  rows: number;
  misfits: number;
  frame: Frame | undefined;
}

class CsvSamples implements Reading {
  private table: Table | undefined;
  private readonly named = new Map<string, Column>();
  private rows = 0;
  private skipped = 0;
  private columns = 0;
  private taken = 0;

  take(line: Line, context: TextContext): boolean {
    const { table } = this;
    const text = line.text();
    if (table) {
      const cells = split(text, table.separator, table.cells + 1);
      if (cells.length === table.cells && this.takeRow(cells, table, line, context)) {
        this.taken++;
        return true;
      }
      // a row that does not fit is one row less; many of them are another text
      table.misfits++;
      if (table.misfits <= mostMisfits && parseTime(cells[0] ?? '') !== undefined) {
        this.skipped++;
        context.sink.warn({
          code: 'csv/row_skipped',
          severity: 'data_loss',
          phase: 'read',
          at: { line: line.number },
          args: { cells: cells.length, wanted: table.cells },
        });
        return true;
      }
      this.table = undefined;
    }
    const opened = openTable(text, context);
    if (!opened) return false;
    this.table = opened;
    // a table without a head line begins with its first row
    if (
      !opened.columns &&
      opened.series >= 0 &&
      parseTime(split(text, opened.separator, 9)[opened.time] ?? '') !== undefined
    )
      this.takeRow(split(text, opened.separator, opened.cells + 1), opened, line, context);
    this.taken++;
    return true;
  }

  endSection(): void {
    this.table = undefined;
  }

  reports(): readonly ReadingReport[] {
    if (this.rows === 0) return [];
    const counts: Record<string, number> = { rows: this.rows, columns: this.columns };
    if (this.skipped > 0) counts.rows_skipped = this.skipped;
    return [{ kind: 'prom-range', dialect: 'csv', taken: this.taken, counts }];
  }

  private takeRow(cells: readonly string[], table: Table, line: Line, context: TextContext): boolean {
    const ns = parseTime(cells[table.time] as string);
    if (ns === undefined) return false;
    table.frame ??= context.sink.frame('csv', wallClock);
    const { frame } = table;
    frame.row(ns, line.number);
    table.rows++;
    this.rows++;
    if (!table.columns) {
      const column = this.columnNamed(cells[table.series] as string);
      this.put(frame, column, cells[table.value] as string);
      return true;
    }
    table.columns.forEach((column, i) => {
      if (column) this.put(frame, column, cells[i] as string);
    });
    this.columns = Math.max(this.columns, table.columns.filter((c) => c).length);
    return true;
  }

  private columnNamed(name: string): Column {
    let column = this.named.get(name);
    if (!column) {
      column = columnOf(name);
      this.named.set(name, column);
      this.columns = this.named.size;
    }
    return column;
  }

  private put(frame: Frame, column: Column, cell: string): void {
    const quantity = parseQuantityText(cell.trim());
    if (!quantity || quantity.kind === 'percent') return;
    const { metric, sourceName, labels } = column;
    frame.set(
      frame.column(labels ? { metric, sourceName, labels } : { metric, sourceName }),
      quantity.value * column.scale,
    );
  }
}

/** The head of a table, or the first row of one that has none. */
function openTable(text: string, context: TextContext): Table | undefined {
  if (text.length > 200_000) return undefined;
  for (const separator of [',', ';', '\t']) {
    if (!text.includes(separator)) continue;
    const cells = split(text.replace(/^sep=.\s{0,2}$/, ''), separator, mostColumns);
    if (cells.length < 2) continue;
    const time = cells.findIndex((c) => timeNames.test(c.trim()));
    if (time >= 0 && cells.every((c) => c.length < 500 && Number.isNaN(Number(c || 'x')))) {
      const series = cells.findIndex((c) => seriesNames.test(c.trim()));
      const value = cells.findIndex((c) => valueNames.test(c.trim()));
      const isLong = series >= 0 && value >= 0;
      return {
        separator,
        time,
        cells: cells.length,
        columns: isLong ? undefined : cells.map((c, i) => (i === time ? undefined : columnOf(c.trim()))),
        series: isLong ? series : -1,
        value,
        rows: 0,
        misfits: 0,
        frame: undefined,
      };
    }
    const headless = headlessTable(cells, separator);
    if (headless && /\.csv$/i.test(context.name)) return headless;
  }
  return undefined;
}

/** `go_goroutines,12,1700000000000`: name, value and time in any order. */
function headlessTable(cells: readonly string[], separator: string): Table | undefined {
  if (cells.length !== 3) return undefined;
  const time = cells.findIndex((c) => /^\d{10}(?:\d{3})?(?:\.\d{1,9})?$/.test(c) || /^\d{4}-\d\d-\d\dT/.test(c));
  const series = cells.findIndex((c) => /^[A-Za-z_:][\w:]{1,100}$/.test(c));
  const value = [0, 1, 2].find((i) => i !== time && i !== series) as number;
  if (time < 0 || series < 0 || !/^[+-]?\d/.test(cells[value] as string)) return undefined;
  return { separator, time, cells: 3, columns: undefined, series, value, rows: 0, misfits: 0, frame: undefined };
}

/** `go_goroutines`, `go_goroutines{instance="a"}`, `{__name__="up", job="b"}`, `HeapAlloc`, or a name of its own. */
function columnOf(head: string): Column {
  const brace = head.indexOf('{');
  const labels = brace >= 0 && head.endsWith('}') ? parseLabels(head.slice(brace + 1, -1)) : undefined;
  const { __name__: inner, ...rest } = labels ?? {};
  const name = (brace >= 0 ? head.slice(0, brace) : head).trim() || inner || 'value';
  const prom = promMetrics.get(name);
  const united = prom ? null : unitSuffix.exec(name);
  const own = prom ? undefined : (runtimeName(name) ?? (united ? runtimeName(united[1] as string) : undefined));
  const factor =
    united && (own || /^(?:kb|kib|mb|mib|gb|gib)$/i.test(united[2] as string)) ? factorOf(united[2] as string) : 1;
  const metric = prom?.metric ?? own?.metric ?? (factor > 1 && united ? `${united[1]}_bytes` : name);
  const scale = prom?.scale ?? (own?.field === 'PauseTotalNs' ? 1e-9 : factor);
  return { metric, sourceName: head.slice(0, 300), labels: Object.keys(rest).length > 0 ? rest : undefined, scale };
}

function factorOf(unit: string): number {
  return parseQuantityText(`1 ${unit}`)?.value ?? 1;
}

function parseTime(cell: string): bigint | undefined {
  const time = parseTimestamp(cell.trim().replace(/^"|"$/g, ''));
  return time?.ns;
}

/** Cells of one row; quotes may hold separators and doubled quotes. */
function split(text: string, separator: string, most: number): string[] {
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length && cells.length < most) {
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && !(text[end] === '"' && text[end + 1] !== '"')) end += text[end] === '"' ? 2 : 1;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      const next = text.indexOf(separator, end);
      if (next < 0) break;
      at = next + 1;
    } else {
      const next = text.indexOf(separator, at);
      if (next < 0) {
        cells.push(text.slice(at));
        break;
      }
      cells.push(text.slice(at, next));
      at = next + 1;
    }
  }
  return cells;
}

export const csvFormat: ReadingFormat = { id: 'csv', weight: 2, create: () => new CsvSamples() };
