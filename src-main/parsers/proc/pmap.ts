/**
 * pmap, plain, -x, -X and -XX: a mapping a line under columns of its own choice. Totals over the mappings and by what they are for, the largest ones as
 * events, the table's own total beside ours.
 *
 * @source pmap(1) of procps 3 and 4
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { checkGoHeap } from './go-heap-check.ts';
import { classify, type Mapping, type MappingClass } from './mapping-class.ts';
import { largestKept, sayMapping } from './mapping-event.ts';

const kibi = 1024;
const title = /^(\d{1,10}):\s{1,8}(\S.{0,2000})$/;
const plainRow = /^([0-9a-f]{8,16}) {1,12}(\d{1,15})K ([rwxspR-]{5})(?: {1,6}(\S.{0,1000})?)?$/;
const headX = /^Address {1,12}Kbytes {1,12}RSS {1,12}(?:PSS {1,12})?Dirty {1,12}(?:Swap {1,12})?Mode/;
const rowX = /^([0-9a-f]{8,16})((?: {1,12}(?:\d{1,15}|-)){2,5}) ([rwxspR-]{5})(?: {1,6}(\S.{0,1000})?)?$/;
const headXX = /^ {0,12}Address Perm {1,12}Offset Device {1,12}Inode/;
const rowXX =
  /^ {0,12}([0-9a-f]{8,16}) ([rwxsp-]{4}) ([0-9a-f]{1,16}) {1,12}([0-9a-f]{2,8}:[0-9a-f]{2,8}) {1,20}(\d{1,20}) {1,20}(\S.{0,4000})$/;
const totalRow = /^ ?total(?: kB)? {1,24}(\d{1,15})K?((?: {1,20}(?:\d{1,15}|-)){0,4})\s{0,8}$/;

interface Row {
  readonly mapping: Mapping;
  readonly mappingClass: MappingClass;
  readonly line: number;
  readonly rss: number | undefined;
  readonly fields: ReadonlyMap<string, number>;
}

class Pmap implements Reading {
  private readonly frames = new SampleFrames('pmap');
  private columns: readonly string[] = [];
  private rows: Row[] = [];
  private first: Line | undefined;
  private executable = '';
  private active = false;
  private taken = 0;
  private samples = 0;
  private dialect = '';
  private counts: Record<string, number | string> = {};
  private stated: Record<string, number> = {};

  take(line: Line, context: TextContext): boolean {
    if (line.length < 5 || line.length > 6_000) return false;
    const text = line.text();
    const taken =
      this.takeHead(text, line, context) || (this.active && (this.takeMapping(text, line) || this.takeTotal(text)));
    if (taken) this.taken++;
    return taken;
  }

  endSection(context: TextContext): void {
    this.finish(context);
    this.active = false;
  }

  reports(): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    return [
      { kind: 'pmap', dialect: this.dialect, taken: this.taken, counts: { samples: this.samples, ...this.counts } },
    ];
  }

  private takeHead(text: string, line: Line, context: TextContext): boolean {
    if (headX.test(text) || headXX.test(text)) {
      if (this.rows.length > 0) this.finish(context);
      this.dialect = headX.test(text) ? '-x' : '-X';
      this.columns = text.trim().split(/ {1,40}/);
      this.active = true;
      this.first ??= line.copy();
      return true;
    }
    return this.takeTitle(title.exec(text), line, context);
  }

  /** `29076:   sleep 300`; alone it says nothing, the table behind it does. */
  private takeTitle(m: RegExpExecArray | null, line: Line, context: TextContext): boolean {
    // three blanks as pmap prints them; `12: 34 [...` is something else
    if (!m || !/^\d{1,10}: {3}\S/.test(m[0])) return false;
    this.finish(context);
    this.columns = [];
    this.active = true;
    this.first = line.copy();
    const command = m[2] as string;
    this.executable = command.split(' ', 1)[0] ?? '';
    if (this.samples === 0) context.sink.fact('process.pid', Number(m[1]), { line: line.number });
    return true;
  }

  private takeMapping(text: string, line: Line): boolean {
    if (this.dialect === '-X' || this.columns.includes('Perm')) {
      const m = rowXX.exec(text);
      if (!m) return false;
      const names = this.columns.slice(5);
      const words = (m[6] as string).trim().split(/ {1,40}/);
      const fields = new Map<string, number>();
      let used = 0;
      for (const name of names) {
        if (name === 'Mapping' || name === 'VmFlagsMapping' || name.startsWith('VmFlags')) break;
        const value = Number(words[used]);
        if (!Number.isFinite(value)) break;
        fields.set(name, value * kibi);
        used++;
      }
      const path = words.slice(used).join(' ');
      this.push(m[1] as string, fields.get('Size') ?? 0, m[2] as string, path, fields.get('Rss'), fields, line);
      return true;
    }
    const x = rowX.exec(text);
    if (x && this.columns.length > 0) {
      const names = this.columns.slice(1, -2);
      const values = (x[2] as string).trim().split(/ {1,20}/);
      const fields = new Map<string, number>();
      values.forEach((v, i) => {
        if (v !== '-' && names[i] !== undefined) fields.set(names[i], Number(v) * kibi);
      });
      this.push(x[1] as string, fields.get('Kbytes') ?? 0, x[3] as string, x[4] ?? '', fields.get('RSS'), fields, line);
      return true;
    }
    const p = plainRow.exec(text);
    if (!p) return false;
    this.dialect ||= 'plain';
    this.push(p[1] as string, Number(p[2]) * kibi, p[3] as string, p[4] ?? '', undefined, new Map(), line);
    return true;
  }

  private push(
    start: string,
    bytes: number,
    mode: string,
    name: string,
    rss: number | undefined,
    fields: ReadonlyMap<string, number>,
    line: Line,
  ): void {
    const from = BigInt(`0x${start}`);
    // pmap shows the last part of the path, `[ anon ]` for none and `[ stack ]` with blanks
    const path = name.trim() === '[ anon ]' ? '' : name.trim().replace(/^\[ (\S{1,40}) \]$/, '[$1]');
    const permissions = `${mode.slice(0, 3)}${mode.includes('s') ? 's' : 'p'}`;
    const mapping = { start: from, end: from + BigInt(bytes), permissions, inode: 0, path };
    const own = this.executable.slice(this.executable.lastIndexOf('/') + 1);
    const mappingClass = path !== '' && path === own ? 'executable' : classify(mapping, this.executable);
    this.rows.push({ mapping, mappingClass, line: line.number, rss, fields });
  }

  private takeTotal(text: string): boolean {
    const m = totalRow.exec(text);
    if (!m)
      return /^-{6,20}(?: -{3,12}){1,6} ?$|^ {10,80}={2,20}(?: ={2,20}){1,30} {0,4}$|^ {10,80}\d{1,15}(?: {1,20}\d{1,15}){1,30} (?:KB)? {0,4}$/.test(
        text,
      );
    this.stated.stated_total_bytes = Number(m[1]) * kibi;
    const rss = /^ {1,20}(\d{1,15})/.exec(m[2] ?? '');
    if (rss) this.stated.stated_rss_bytes = Number(rss[1]) * kibi;
    return true;
  }

  private finish(context: TextContext): void {
    const { rows, first } = this;
    this.rows = [];
    const { stated } = this;
    this.stated = {};
    if (rows.length === 0 || !first) return;
    this.first = undefined;
    this.samples++;
    this.frames.open(first, context);
    const counts: Record<string, number | string> = { mappings: rows.length, ...stated };
    const sums = new Map<string, number>();
    for (const { fields } of rows) for (const [name, value] of fields) sums.set(name, (sums.get(name) ?? 0) + value);
    for (const [name, value] of sums) counts[name] = value;
    const size = rows.reduce((sum, r) => sum + Number(r.mapping.end - r.mapping.start), 0);
    counts.mapped_bytes = size;
    this.frames.set({ metric: 'mappings', sourceName: 'mappings' }, rows.length);
    this.frames.set({ metric: 'vm_size_bytes', sourceName: 'Kbytes' }, size);
    const rss = sums.get('RSS') ?? sums.get('Rss');
    if (rss !== undefined) this.frames.set({ metric: 'rss_bytes', sourceName: 'RSS' }, rss);
    for (const [name, metric] of [
      ['Pss', 'pss_bytes'],
      ['PSS', 'pss_bytes'],
      ['Anonymous', 'anonymous_bytes'],
      ['Swap', 'swap_bytes'],
      ['LazyFree', 'lazy_free_bytes'],
      ['AnonHugePages', 'anon_huge_pages_bytes'],
      ['Private_Dirty', 'private_dirty_bytes'],
    ] as const)
      if (sums.has(name)) this.frames.set({ metric, sourceName: name }, sums.get(name) as number);
    this.byClass(rows, counts);
    Object.assign(counts, checkGoHeap(rows.filter((r) => r.mappingClass === 'go_heap').map((r) => r.mapping)));
    this.frames.close();
    this.counts = counts;
    this.largest(rows, context);
  }

  private byClass(rows: readonly Row[], counts: Record<string, number | string>): void {
    const sums = new Map<string, { rss: number; size: number; n: number }>();
    for (const r of rows) {
      const s = sums.get(r.mappingClass) ?? { rss: 0, size: 0, n: 0 };
      s.rss += r.rss ?? 0;
      s.size += Number(r.mapping.end - r.mapping.start);
      s.n++;
      sums.set(r.mappingClass, s);
    }
    for (const [key, s] of sums) {
      const labels = { class: key };
      if (rows.some((r) => r.rss !== undefined)) {
        this.frames.set({ metric: 'mapping_rss_bytes', sourceName: 'RSS', labels }, s.rss);
        counts[`rss_${key}`] = s.rss;
      }
      this.frames.set({ metric: 'mapping_size_bytes', sourceName: 'Kbytes', labels }, s.size);
      this.frames.set({ metric: 'mapping_count', sourceName: 'mappings', labels }, s.n);
    }
  }

  private largest(rows: readonly Row[], context: TextContext): void {
    const weight = (r: Row) => r.rss ?? Number(r.mapping.end - r.mapping.start);
    for (const r of [...rows].sort((a, b) => weight(b) - weight(a)).slice(0, largestKept))
      if (weight(r) !== 0) sayMapping({ ...r, anonHuge: r.fields.get('AnonHugePages') }, this.samples, context);
  }
}

export const pmapFormat: ReadingFormat = { id: 'pmap', weight: 2, create: () => new Pmap() };
