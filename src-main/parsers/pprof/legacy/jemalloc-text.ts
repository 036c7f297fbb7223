/**
 * Heap profiles of jemalloc: `heap_v2/RATE`, totals, then `@ addresses` and the counts below it: `t*` all threads, `tN` one of them. Counts are
 * sampled; they are scaled as jeprof does.
 *
 * @source jemalloc src/prof_data.c prof_dump_impl, bin/jeprof.in ReadHeapProfile and AdjustSamples (5.3)
 */
import { ProfileBuilder } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import type { LegacyText } from './legacy-form.ts';
import { isMemoryMapHead, MemoryMapText } from './memory-map.ts';
import { addressesIn, callBefore, scaleHeapSample } from './stack-words.ts';

const head = /^heap_v2\/(\d{1,18})\s{0,4}$/;
const counts = /^t(\*|\d{1,10}): {1,4}(\d{1,18}): {1,4}(\d{1,18}) {1,4}\[(\d{1,18}): {1,4}(\d{1,18})\]/;

export class JemallocText implements LegacyText {
  readonly form = 'jemalloc';
  private readonly builder: ProfileBuilder;
  private stack: number[] | undefined;
  private map: MemoryMapText | undefined;

  static open(text: string): JemallocText | undefined {
    const m = head.exec(text);
    return m ? new JemallocText(Number(m[1])) : undefined;
  }

  private constructor(rate: number) {
    this.builder = new ProfileBuilder(
      ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'].map((type, i) => ({
        type,
        unit: i % 2 === 0 ? 'count' : 'bytes',
      })),
      { type: 'space', unit: 'bytes' },
      rate,
    );
  }

  take(text: string): boolean {
    if (this.map) return this.map.take(text);
    const trimmed = text.trim();
    if (trimmed === '') return true;
    if (isMemoryMapHead(trimmed)) {
      this.map = new MemoryMapText(this.builder.mappings);
      return true;
    }
    if (trimmed.startsWith('@')) {
      this.stack = addressesIn(trimmed).map((a) => this.builder.address(callBefore(a)));
      return true;
    }
    const m = counts.exec(trimmed);
    if (!m) return false;
    // the counts before the first stack are the totals, those of single threads are parts of `t*`
    if (m[1] === '*' && this.stack) {
      const rate = this.builder.period;
      const inUse = scaleHeapSample(Number(m[2]), Number(m[3]), rate);
      const allocated = scaleHeapSample(Number(m[4]), Number(m[5]), rate);
      this.builder.add([...allocated, ...inUse], this.stack);
      this.stack = undefined;
    }
    return true;
  }

  build(): ProfileModel {
    return this.builder.build();
  }
}
