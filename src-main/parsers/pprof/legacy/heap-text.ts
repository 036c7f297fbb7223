/**
 * Heap profiles as text: /debug/pprof/heap?debug=1 of Go, gperftools' heap, growth and fragmentation profiles.
 *
 * `heap profile: 3: 300 [9: 900] @ heap/1048576`, then `count: bytes [count: bytes] @ addresses` a site. The rate behind the form tells how sites
 * were sampled: `heap` gives twice the rate, `heap_v2` and `heapz_v2` the rate, `heapprofile` none.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseHeap, parseHeapHeader, parseHeapSample; runtime/pprof/pprof.go writeHeapInternal
 */
import { ProfileBuilder } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import type { LegacyText } from './legacy-form.ts';
import { addressesIn, callBefore, scaleHeapSample } from './stack-words.ts';
import { Surroundings } from './surroundings.ts';

const head =
  /^heap profile: {0,12}(\d{1,18}): {0,12}(\d{1,18}) {0,4}\[ {0,12}(\d{1,18}): {0,12}(\d{1,18}) {0,4}\] {0,4}@ {0,4}([a-z][_a-z0-9]{1,20})(?:\/(\d{0,18}))?\s{0,4}$/;
const record =
  /^[ \t]{0,12}(-?\d{1,18}): {0,12}(-?\d{1,18}) {0,4}\[ {0,12}(\d{1,18}): {0,12}(\d{1,18}) {0,4}\] @(?=[ \t]|$)/;

export class HeapText implements LegacyText {
  readonly form: string;
  private readonly scaled: boolean;
  private readonly hasAlloc: boolean;
  private readonly builder: ProfileBuilder;
  private readonly around: Surroundings;

  static open(text: string): HeapText | undefined {
    const m = head.exec(text.trim());
    if (!m) return undefined;
    const form = m[5] as string;
    const stated = Number(m[6] || 0);
    const hasAlloc = (m[3] !== m[1] && m[3] !== '0') || (m[4] !== m[2] && m[4] !== '0');
    switch (form) {
      case 'heap':
        return new HeapText(form, Math.floor(stated / 2), true, hasAlloc);
      case 'heap_v2':
      case 'heapz_v2':
        return new HeapText(form, stated, true, hasAlloc);
      case 'heapprofile':
        return new HeapText(form, 1, false, hasAlloc);
      case 'growth':
      case 'growthz':
      case 'fragmentation':
      case 'fragmentationz':
        return new HeapText(form, 1, false, false);
      default:
        return undefined;
    }
  }

  private constructor(form: string, rate: number, scaled: boolean, hasAlloc: boolean) {
    this.form = form;
    this.scaled = scaled;
    this.hasAlloc = hasAlloc;
    const types = hasAlloc ? ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'] : ['objects', 'space'];
    this.builder = new ProfileBuilder(
      types.map((type, i) => ({ type, unit: i % 2 === 0 ? 'count' : 'bytes' })),
      { type: 'space', unit: 'bytes' },
      rate,
    );
    this.around = new Surroundings(this.builder);
  }

  /** When the state is of, where the text tells it. */
  set timeNs(ns: bigint) {
    this.builder.timeNs = ns;
  }

  get samples(): number {
    return this.builder.samples;
  }

  take(text: string, line: number): boolean {
    const known = this.around.take(text);
    if (known !== undefined) return known;
    const trimmed = text.trim();
    const m = record.exec(trimmed);
    if (!m) return false;
    this.around.flush();
    const inUse = this.scale(Number(m[1]), Number(m[2]), line);
    const allocated = this.scale(Number(m[3]), Number(m[4]), line);
    const stack = addressesIn(trimmed.slice(m[0].length)).map((a) => this.builder.address(callBefore(a)));
    // bytes of one block: of what is in use, else of what was allocated
    const [count, bytes] = m[1] !== '0' || !this.hasAlloc ? [Number(m[1]), Number(m[2])] : [Number(m[3]), Number(m[4])];
    const label = { key: 'bytes', value: count === 0 ? 0 : Math.trunc(bytes / count), unit: 'bytes' };
    this.builder.add(this.hasAlloc ? [...allocated, ...inUse] : inUse, stack, [label]);
    return true;
  }

  build(): ProfileModel {
    this.around.flush();
    return this.builder.build();
  }

  private scale(count: number, bytes: number, line: number): readonly [number, number] {
    if (count === 0 && bytes !== 0) this.builder.faults.add('record', line);
    return this.scaled ? scaleHeapSample(count, bytes, this.builder.period) : [count, bytes];
  }
}
