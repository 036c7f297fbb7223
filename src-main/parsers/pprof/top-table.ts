/**
 * The table that `go tool pprof -top` prints, or `top` in its shell, as people paste it: a profile of which only the heaviest rows are left, rounded to the
 * digits that were printed.
 *
 * @source github.com/google/pprof internal/report/report.go printText, profileLabels, measurement.Label (Go 1.5 to 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type ProfileOwner, type ProfileRow, type Sink, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { isProgramCode } from './go-symbols.ts';

const mostRows = 5_000;
const rowsKept = 60;
const tablesShown = 20;
const label = /^(File|Build ID|Type|Time|Duration|Active filters|Comment|Doc): (.{0,300})$/;
const showing =
  /^Showing nodes accounting for (-?[\d.]{1,20}[A-Za-zµ]{0,5}), {1,3}[\d.]{1,10}% of (-?[\d.]{1,20}[A-Za-zµ]{0,5}) total/;
/** Go 1.8 and earlier. */
const shownOf = /^(-?[\d.]{1,20}[A-Za-zµ]{0,5}) of (-?[\d.]{1,20}[A-Za-zµ]{0,5}) total \( {0,3}[\d.]{1,10}%\)/;
const head = /^ {0,20}flat {1,4}flat% {1,6}sum% {1,12}cum {1,6}cum%$/;
const note = /^(?:Dropped \d{1,9} nodes|Showing top \d{1,9} nodes out of|\(pprof\)|Entering interactive mode)/;

/** @source internal/measurement/measurement.go UnitTypes */
const units: ReadonlyMap<string, readonly [unit: string, factor: number]> = new Map([
  ['', ['count', 1]],
  ['B', ['bytes', 1]],
  ['kB', ['bytes', 2 ** 10]],
  ['KB', ['bytes', 2 ** 10]],
  ['MB', ['bytes', 2 ** 20]],
  ['GB', ['bytes', 2 ** 30]],
  ['TB', ['bytes', 2 ** 40]],
  ['PB', ['bytes', 2 ** 50]],
  ['ns', ['nanoseconds', 1]],
  ['us', ['nanoseconds', 1e3]],
  ['µs', ['nanoseconds', 1e3]],
  ['ms', ['nanoseconds', 1e6]],
  ['s', ['nanoseconds', 1e9]],
  ['mins', ['nanoseconds', 60e9]],
  ['hrs', ['nanoseconds', 3600e9]],
  ['days', ['nanoseconds', 86_400e9]],
]);
const subjects: readonly (readonly [RegExp, string])[] = [
  [/^inuse_/, 'heap'],
  [/^alloc_/, 'allocs'],
  [/^(?:delay|contentions)$/, 'contention'],
];

export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

/** `71.43MB`, `1430ms`, `8716`; undefined for what is none. */
export function parsePrinted(text: string): Quantity | undefined {
  const m = /^(-?\d{1,18}(?:\.\d{1,9})?)([A-Za-zµ]{0,5})$/.exec(text);
  const unit = m && units.get(m[2] as string);
  return m && unit ? { value: Math.round(Number(m[1]) * unit[1]), unit: unit[0] } : undefined;
}

/** A row of the table; `value` of flat and cum in the unit of the profile. */
export function parseTopRow(text: string): (Omit<ProfileRow, 'sampleType'> & { readonly unit: string }) | undefined {
  const words = text.trim().split(/ {1,40}/, 6);
  const [flat = '', flatShare = '', sum = '', cum = '', cumShare = '', first = ''] = words;
  if (first === '' || !flatShare.endsWith('%') || !sum.endsWith('%') || !cumShare.endsWith('%')) return undefined;
  const flatValue = parsePrinted(flat);
  const cumValue = parsePrinted(cum);
  if (!flatValue || !cumValue) return undefined;
  const name = text
    .slice(behindWords(text, 5))
    .trimEnd()
    .replace(/ \((?:partial-)?inline\)$/, '');
  // with -lines the place stands behind the name
  const blank = name.lastIndexOf(' ');
  const place = blank > 0 ? /^(\S{1,400}\.\w{1,4}):(\d{1,7})$/.exec(name.slice(blank + 1)) : null;
  return {
    function: place ? name.slice(0, blank) : name,
    file: place?.[1] ?? '',
    line: Number(place?.[2] ?? 0),
    flat: flatValue.value,
    cum: cumValue.value,
    // zeros are printed without a unit
    unit: flatValue.value === 0 ? cumValue.unit : flatValue.unit,
  };
}

/** Index of the word behind the first `count` words. */
function behindWords(text: string, count: number): number {
  let at = 0;
  for (let words = 0; words <= count; words++) {
    while (text.charCodeAt(at) === 32) at++;
    if (words === count) break;
    while (at < text.length && text.charCodeAt(at) !== 32) at++;
  }
  return at;
}

interface Table {
  readonly line: number;
  readonly labels: ReadonlyMap<string, string>;
  readonly shown: Quantity | undefined;
  readonly total: Quantity | undefined;
  readonly rows: NonNullable<ReturnType<typeof parseTopRow>>[];
}

class TopTable implements Reading {
  private labels = new Map<string, string>();
  private summary: { shown: Quantity | undefined; total: Quantity | undefined; line: number } | undefined;
  private table: Table | undefined;
  private taken = 0;
  private tables = 0;
  private readonly counts: Record<string, number | string> = {};

  take(line: Line, context: TextContext): boolean {
    const isTaken = this.takeText(line.head(1_000).trimEnd(), line.number, context);
    if (isTaken) this.taken++;
    return isTaken;
  }

  endSection(context: TextContext): void {
    this.close(context.sink);
    this.labels = new Map();
    this.summary = undefined;
  }

  reports(): readonly ReadingReport[] {
    const open = this.table && this.table.rows.length > 0 ? 1 : 0;
    if (this.tables + open === 0) return [];
    const counts = { tables: this.tables + open, ...this.counts };
    return [{ kind: 'pprof', dialect: 'top, printed', taken: this.taken, counts }];
  }

  private takeText(text: string, number: number, context: TextContext): boolean {
    const row = this.table && this.table.rows.length < mostRows ? parseTopRow(text) : undefined;
    if (row) {
      this.table?.rows.push(row);
      return true;
    }
    if (head.test(text)) {
      this.close(context.sink);
      const { shown, total, line } = this.summary ?? { shown: undefined, total: undefined, line: number };
      this.table = { line, labels: this.labels, shown, total, rows: [] };
      this.summary = undefined;
      return true;
    }
    const m = showing.exec(text) ?? shownOf.exec(text);
    if (m) {
      this.close(context.sink);
      this.summary = { shown: parsePrinted(m[1] as string), total: parsePrinted(m[2] as string), line: number };
      return true;
    }
    const said = label.exec(text);
    if (!said) return note.test(text) && (this.summary !== undefined || text.startsWith('(pprof)'));
    const name = said[1] as string;
    // `Type:` alone may be anything's; it is a profile's with one of its names
    if (name === 'File' || this.table) {
      this.close(context.sink);
      this.labels = new Map();
    }
    if (name !== 'File' && name !== 'Type' && this.labels.size === 0) return false;
    if (name === 'Type' && !/^[a-z_]{2,40}$/.test(said[2] as string)) return false;
    this.labels.set(name, said[2] as string);
    return true;
  }

  private close(sink: Sink): void {
    const { table } = this;
    this.table = undefined;
    if (!table || table.rows.length === 0) return;
    this.tables++;
    if (this.tables <= tablesShown) Object.assign(this.counts, sayTable(table, sink, this.tables));
  }
}

/** The table as the profile it was printed from, as far as it goes. */
function sayTable({ line, labels, shown, total, rows }: Table, sink: Sink, number: number): Record<string, number> {
  const type = labels.get('Type') ?? '';
  const unit = total?.unit ?? rows.find((r) => r.cum !== 0)?.unit ?? 'count';
  const what = subjects.find(([pattern]) => pattern.test(type))?.[1] ?? (type === '' ? 'profile' : type);
  const sum = total?.value ?? Math.max(...rows.map((r) => r.cum));
  const time = printedTime(labels.get('Time') ?? '');
  const top = rows.slice(0, rowsKept).map(({ unit: _, ...row }) => ({ sampleType: 0, ...row }));
  const owners: ProfileOwner[] = rows
    .filter((r) => r.flat !== 0 && isProgramCode(r.function, r.file))
    .slice(0, rowsKept)
    .map((r) => ({
      function: r.function,
      file: r.file,
      line: r.line,
      values: [r.flat],
      leaf: r.function,
      callers: [],
    }));
  sink.profile({
    what,
    sampleTypes: [{ type: type === '' ? 'value' : type, unit }],
    defaultType: type === '' ? 'value' : type,
    timeNs: time,
    durationNs: undefined,
    periodType: '',
    period: 0,
    samples: rows.length,
    totals: [sum],
    top,
    owners,
  });
  if (time !== undefined) {
    const frame = sink.frame('pprof', wallClock);
    frame.row(time, line);
    frame.set(frame.column({ metric: `profile_${what}_${type}`, sourceName: `${type}/${unit}` }), sum);
  }
  sink.warn({ code: 'pprof/printed', severity: 'info', phase: 'model', at: { line }, args: { rows: rows.length } });
  const prefix = number === 1 ? '' : `table${number}_`;
  return {
    [`${prefix}total_${type || 'value'}_${unit}`]: sum,
    [`${prefix}rows`]: rows.length,
    ...(shown ? { [`${prefix}shown_${unit}`]: shown.value } : {}),
  };
}

/** `2026-11-24 05:49:45 UTC`, before Go 1.20 `Nov 24, 2026 at 5:49am (UTC)`; other zones have no offset in the text. */
function printedTime(text: string): bigint | undefined {
  const m = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) at (\d{1,2}):(\d{2})(am|pm) \(UTC\)$/.exec(text);
  if (!m) return text.endsWith(' UTC') ? parseTimestamp(text)?.ns : undefined;
  const hour = (Number(m[4]) % 12) + (m[6] === 'pm' ? 12 : 0);
  return parseTimestamp(
    `${(m[2] as string).padStart(2, '0')} ${m[1]} ${m[3]} ${String(hour).padStart(2, '0')}:${m[5]}:00 UTC`,
  )?.ns;
}

export const topTableFormat: ReadingFormat = { id: 'pprof-top', weight: 1, create: () => new TopTable() };
