/**
 * smaps, smaps_rollup and maps, one sample or many: totals over the mappings, totals by what the mapping is for, and the largest mappings
 * one by one.
 *
 * Mappings of one sample need not be in order: a sample ends where a mapping comes again, or the program's own first one below what was seen.
 *
 * @source Linux Documentation/filesystems/proc.rst, section 1.1 "smaps"
 */
import type { EvidenceKind, ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { checkGoHeap } from './go-heap-check.ts';
import { classify, type Mapping, type MappingClass, parseMapping } from './mapping-class.ts';
import { largestKept, sayMapping } from './mapping-event.ts';
import { SmapsFields } from './smaps-fields.ts';

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
  ['FilePmdMapped', 'file_huge_pages_bytes'],
  ['ShmemPmdMapped', 'shmem_huge_pages_bytes'],
  ['Swap', 'swap_bytes'],
  ['Locked', 'vm_locked_bytes'],
  ['Size', 'mapping_size_total_bytes'],
]);
/** What is summed for each class of mapping. */
const perClass = [
  ['Rss', 'mapping_rss_bytes'],
  ['AnonHugePages', 'mapping_huge_bytes'],
  ['LazyFree', 'mapping_lazy_free_bytes'],
  ['Swap', 'mapping_swap_bytes'],
  ['Anonymous', 'mapping_anonymous_bytes'],
  ['Private_Dirty', 'mapping_private_dirty_bytes'],
] as const;
const otherField = /^(?:VmFlags|THPeligible|ProtectionKey):/;

interface Held {
  readonly mapping: Mapping;
  readonly mappingClass: MappingClass;
  readonly line: number;
  /** By index of the field's name; bytes. */
  readonly values: number[];
}

class Smaps implements Reading {
  private readonly frames = new SampleFrames('smaps');
  private readonly rollups = new SampleFrames('smaps rollup');
  private readonly mapFrames = new SampleFrames('maps');
  private readonly fields = new SmapsFields();
  private held: Held | undefined;
  private sample: Held[] = [];
  private readonly seen = new Set<bigint>();
  private highest = 0n;
  private firstLine: Line | undefined;
  private executable = '';
  private rollup = false;
  private hasFields = false;
  private taken = 0;
  private counts: Record<string, number | string> = {};
  private kind: EvidenceKind = 'smaps';
  private samples = 0;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    const isHead = (c >= 48 && c <= 57) || (c >= 97 && c <= 102);
    if (isHead) {
      const mapping = parseMapping(line.head(4_500));
      if (!mapping) return false;
      this.begin(mapping, line, context);
    } else {
      if (!this.held) return false;
      const field = this.fields.take(line);
      if (field >= 0) {
        const { values } = this.held;
        while (values.length <= field) values.push(0);
        values[field] = (values[field] as number) + this.fields.value;
      } else if (!otherField.test(line.head(20))) return false;
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
    const isAgain =
      this.seen.has(mapping.start) ||
      (mapping.start < this.highest && mapping.path !== '' && mapping.path === this.sample[0]?.mapping.path);
    if (this.sample.length > 0 && (isAgain || mapping.path === '[rollup]')) this.finish(context);
    if (this.sample.length === 0) this.firstLine = line.copy();
    this.seen.add(mapping.start);
    if (mapping.end > this.highest) this.highest = mapping.end;
    if (this.executable === '' && mapping.path.startsWith('/') && !/\.so/.test(mapping.path))
      this.executable = mapping.path.replace(/ \(deleted\)$/, '');
    this.rollup = mapping.path === '[rollup]';
    const values = new Array<number>(this.fields.names.length).fill(0);
    this.held = { mapping, mappingClass: classify(mapping, this.executable), line: line.number, values };
    this.sample.push(this.held);
  }

  /** The sample is complete: its row and its largest mappings. */
  private finish(context: TextContext): void {
    const { sample } = this;
    const first = this.firstLine;
    this.sample = [];
    this.held = undefined;
    this.seen.clear();
    this.highest = 0n;
    if (sample.length === 0 || !first) return;
    this.samples++;
    const frames = this.rollup ? this.rollups : this.hasFields ? this.frames : this.mapFrames;
    this.kind = this.rollup ? 'smaps-rollup' : this.hasFields ? 'smaps' : 'maps';
    frames.open(first, context);
    const counts: Record<string, number | string> = {};
    const sums = new Float64Array(this.fields.names.length);
    for (const { values } of sample)
      values.forEach((bytes, i) => {
        sums[i] = (sums[i] as number) + bytes;
      });
    this.fields.names.forEach((name, i) => {
      counts[name] = sums[i] as number;
      const metric = totals.get(name);
      if (metric && this.hasFields) frames.set({ metric, sourceName: name }, sums[i] as number);
    });
    if (!this.rollup) {
      counts.mappings = sample.length;
      frames.set({ metric: 'mappings', sourceName: 'mappings' }, sample.length);
      this.byClass(sample, frames, counts);
      const heap = sample.filter((h) => h.mappingClass === 'go_heap').map((h) => h.mapping);
      Object.assign(counts, checkGoHeap(heap));
      this.largest(sample, context);
    }
    frames.close();
    this.counts = counts;
    this.hasFields = false;
    this.rollup = false;
  }

  private byClass(sample: readonly Held[], frames: SampleFrames, counts: Record<string, number | string>): void {
    const size = new Map<MappingClass, number>();
    const number = new Map<MappingClass, number>();
    let allBytes = 0;
    for (const { mapping, mappingClass } of sample) {
      const bytes = Number(mapping.end - mapping.start);
      allBytes += mappingClass === 'kernel' && mapping.path === '[vsyscall]' ? 0 : bytes;
      if (!mapping.permissions.startsWith('---')) add(size, mappingClass, bytes);
      add(number, mappingClass, 1);
    }
    counts.mapped_bytes = allBytes;
    if (this.hasFields) {
      for (const [name, metric] of perClass) {
        const field = this.fields.indexOf(name);
        if (field < 0) continue;
        const sums = new Map<MappingClass, number>();
        for (const { mappingClass, values } of sample) add(sums, mappingClass, values[field] ?? 0);
        for (const [key, value] of sums) {
          frames.set({ metric, sourceName: name, labels: { class: key } }, value);
          if (name === 'Rss') counts[`rss_${key}`] = value;
        }
      }
    }
    for (const [key, value] of size)
      frames.set({ metric: 'mapping_size_bytes', sourceName: 'Size', labels: { class: key } }, value);
    for (const [key, value] of number) {
      frames.set({ metric: 'mapping_count', sourceName: 'mappings', labels: { class: key } }, value);
      counts[`mappings_${key}`] = value;
    }
  }

  private largest(sample: readonly Held[], context: TextContext): void {
    const rss = this.fields.indexOf('Rss');
    const huge = this.fields.indexOf('AnonHugePages');
    const weight = (h: Held) => (this.hasFields ? (h.values[rss] ?? 0) : Number(h.mapping.end - h.mapping.start));
    const kept = sample
      .filter((h) => h.mappingClass !== 'kernel' && !h.mapping.permissions.startsWith('---') && weight(h) > 0)
      .sort((a, b) => weight(b) - weight(a) || a.line - b.line)
      .slice(0, largestKept);
    for (const h of kept) sayMapping({ ...h, rss: h.values[rss], anonHuge: h.values[huge] }, this.samples, context);
  }
}

function add(map: Map<MappingClass, number>, key: MappingClass, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

export const smapsFormat: ReadingFormat = { id: 'smaps', weight: 1, create: () => new Smaps() };
