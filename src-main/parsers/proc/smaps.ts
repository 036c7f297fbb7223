/**
 * smaps, smaps_rollup and maps, one sample or many: totals over the mappings, totals by what the mapping is for, and the largest mappings
 * one by one.
 *
 * @source Linux Documentation/filesystems/proc.rst, section 1.1 "smaps"
 */
import type { EvidenceKind, ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { classify, type Mapping, type MappingClass, parseMapping } from './mapping-class.ts';

const kibi = 1024;
const totals = new Map([
  ['Rss', 'rss_bytes'],
  ['Pss', 'pss_bytes'],
  ['Shared_Clean', 'shared_clean_bytes'],
  ['Shared_Dirty', 'shared_dirty_bytes'],
  ['Private_Clean', 'private_clean_bytes'],
  ['Private_Dirty', 'private_dirty_bytes'],
  ['Anonymous', 'anonymous_bytes'],
  ['LazyFree', 'lazy_free_bytes'],
  ['AnonHugePages', 'anon_huge_pages_bytes'],
  ['Swap', 'swap_bytes'],
  ['Size', 'mapping_size_total_bytes'],
]);
const largestKept = 60;
const fieldPattern = /^([A-Z][A-Za-z_]{1,30}):\s{1,30}(\d{1,18}) kB\s*$/;
const otherField = /^(?:VmFlags|THPeligible|ProtectionKey):/;

interface Held {
  readonly mapping: Mapping;
  readonly mappingClass: MappingClass;
  readonly line: number;
  readonly fields: Map<string, number>;
}

class Smaps implements Reading {
  private readonly frames = new SampleFrames('smaps');
  private readonly rollups = new SampleFrames('smaps rollup');
  private readonly mapFrames = new SampleFrames('maps');
  private held: Held | undefined;
  private sample: Held[] = [];
  private firstLine: Line | undefined;
  private executable = '';
  private rollup = false;
  private hasFields = false;
  private taken = 0;
  private counts: Record<string, number> = {};
  private kind: EvidenceKind = 'smaps';
  private samples = 0;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    const isHead = (c >= 48 && c <= 57) || (c >= 97 && c <= 102);
    if (!isHead && !this.held) return false;
    const text = line.head(4_500);
    if (isHead) {
      const mapping = parseMapping(text);
      if (!mapping) return false;
      this.begin(mapping, line, context);
    } else {
      const held = this.held as Held;
      const m = fieldPattern.exec(text);
      if (m) held.fields.set(m[1] as string, (held.fields.get(m[1] as string) ?? 0) + Number(m[2]) * kibi);
      else if (!otherField.test(text)) return false;
      this.hasFields = true;
    }
    this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    this.finish(context);
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: this.kind, dialect: '', taken: this.taken, counts: { samples: this.samples, ...this.counts } }];
  }

  private begin(mapping: Mapping, line: Line, context: TextContext): void {
    const last = this.sample.at(-1);
    // addresses rise within one sample
    if (last && (mapping.start < last.mapping.end || mapping.path === '[rollup]')) this.finish(context);
    if (this.sample.length === 0) this.firstLine = line.copy();
    if (this.executable === '' && mapping.path.startsWith('/') && !/\.so/.test(mapping.path))
      this.executable = mapping.path.replace(/ \(deleted\)$/, '');
    this.rollup = mapping.path === '[rollup]';
    this.held = { mapping, mappingClass: classify(mapping, this.executable), line: line.number, fields: new Map() };
    this.sample.push(this.held);
  }

  /** The sample is complete: its row and its largest mappings. */
  private finish(context: TextContext): void {
    const sample = this.sample;
    const first = this.firstLine;
    this.sample = [];
    this.held = undefined;
    if (sample.length === 0 || !first) return;
    this.samples++;
    const frames = this.rollup ? this.rollups : this.hasFields ? this.frames : this.mapFrames;
    this.kind = this.rollup ? 'smaps-rollup' : this.hasFields ? 'smaps' : 'maps';
    frames.open(first, context);
    const counts: Record<string, number> = {};
    const sums = new Map<string, number>();
    for (const { fields } of sample) for (const [name, bytes] of fields) sums.set(name, (sums.get(name) ?? 0) + bytes);
    for (const [name, bytes] of sums) {
      counts[name] = bytes;
      const metric = totals.get(name);
      if (metric) frames.set({ metric, sourceName: name }, bytes);
    }
    if (!this.rollup) {
      counts.mappings = sample.length;
      frames.set({ metric: 'mappings', sourceName: 'mappings' }, sample.length);
      this.byClass(sample, frames, counts);
      this.largest(sample, context);
    }
    frames.close();
    this.counts = counts;
    this.hasFields = false;
    this.rollup = false;
  }

  private byClass(sample: readonly Held[], frames: SampleFrames, counts: Record<string, number>): void {
    const rss = new Map<MappingClass, number>();
    const huge = new Map<MappingClass, number>();
    const lazy = new Map<MappingClass, number>();
    const size = new Map<MappingClass, number>();
    const number = new Map<MappingClass, number>();
    const add = (map: Map<MappingClass, number>, key: MappingClass, value: number) =>
      map.set(key, (map.get(key) ?? 0) + value);
    let allBytes = 0;
    for (const { mapping, mappingClass, fields } of sample) {
      const bytes = Number(mapping.end - mapping.start);
      allBytes += mappingClass === 'kernel' && mapping.path === '[vsyscall]' ? 0 : bytes;
      add(rss, mappingClass, fields.get('Rss') ?? 0);
      add(huge, mappingClass, fields.get('AnonHugePages') ?? 0);
      add(lazy, mappingClass, fields.get('LazyFree') ?? 0);
      if (!mapping.permissions.startsWith('---')) add(size, mappingClass, bytes);
      add(number, mappingClass, 1);
    }
    counts.mapped_bytes = allBytes;
    if (this.hasFields) {
      this.perClass(frames, 'mapping_rss_bytes', 'Rss', rss);
      this.perClass(frames, 'mapping_huge_bytes', 'AnonHugePages', huge);
      this.perClass(frames, 'mapping_lazy_free_bytes', 'LazyFree', lazy);
    }
    this.perClass(frames, 'mapping_size_bytes', 'Size', size);
    this.perClass(frames, 'mapping_count', 'mappings', number);
    for (const [key, value] of rss) if (this.hasFields) counts[`rss_${key}`] = value;
    for (const [key, value] of number) counts[`mappings_${key}`] = value;
  }

  private perClass(frames: SampleFrames, metric: string, sourceName: string, values: Map<MappingClass, number>): void {
    for (const [key, value] of values) frames.set({ metric, sourceName, labels: { class: key } }, value);
  }

  private largest(sample: readonly Held[], context: TextContext): void {
    const weight = (h: Held) => (this.hasFields ? (h.fields.get('Rss') ?? 0) : Number(h.mapping.end - h.mapping.start));
    const wallNs = context.section?.wallNs;
    const kept = sample
      .filter((h) => h.mappingClass !== 'kernel' && !h.mapping.permissions.startsWith('---') && weight(h) > 0)
      .sort((a, b) => weight(b) - weight(a) || a.line - b.line)
      .slice(0, largestKept);
    for (const h of kept) {
      context.sink.event({
        kind: 'mapping',
        clock: wallNs === undefined ? captureClock : wallClock,
        tNs: wallNs,
        at: { line: h.line },
        data: {
          start: `0x${h.mapping.start.toString(16)}`,
          bytes: Number(h.mapping.end - h.mapping.start),
          permissions: h.mapping.permissions,
          path: h.mapping.path.slice(0, 400),
          class: h.mappingClass,
          rss: h.fields.get('Rss') ?? null,
          anon_huge: h.fields.get('AnonHugePages') ?? null,
          sample: this.samples,
        },
      });
    }
  }
}

export const smapsFormat: ReadingFormat = { id: 'smaps', weight: 1, create: () => new Smaps() };
