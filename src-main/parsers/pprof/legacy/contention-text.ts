/**
 * Contention profiles as text: Go's mutex and block profiles with debug=1, gperftools' contentionz, and the heapz and contentionz of Java agents,
 * which share the shape: attributes, then `delay count @ addresses`.
 *
 * Delays are in cycles where `cycles/second` is given; counts and delays are multiplied by the sampling period.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseContention; legacy_java_profile.go parseJavaHeader, parseJavaSamples;
 * runtime/pprof/pprof.go writeProfileInternal
 */
import { ProfileBuilder } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import { takeJavaLocation } from './java-text.ts';
import type { LegacyText } from './legacy-form.ts';
import { addressesIn, callBefore, integer, scaleHeapSample, times } from './stack-words.ts';
import { Surroundings } from './surroundings.ts';

const head = /^--- (mutex|contention|contentionz|heapz)(?: \d{1,3} ---|:)\s{0,4}$/;
const attribute = /^([a-z][a-z/ ]{1,40}?) {0,4}= {0,4}(\S{1,40})$/;
const record = /^(\d{1,19}) {1,12}(\d{1,19}) {1,4}@(?=[ \t]|$)/;
/** What Java agents sample at. */
const javaHeapRate = 524_288;

export class ContentionText implements LegacyText {
  readonly form: string;
  private readonly builder: ProfileBuilder;
  private readonly around: Surroundings;
  private readonly isHeap: boolean;
  private isJava = false;
  private inHead = true;
  private cyclesPerSecond = 0;

  static open(text: string): ContentionText | undefined {
    const m = head.exec(text);
    return m ? new ContentionText(m[1] as string) : undefined;
  }

  private constructor(form: string) {
    this.form = form;
    this.isHeap = form === 'heapz';
    this.isJava = this.isHeap;
    const types = this.isHeap ? ['inuse_objects', 'inuse_space'] : ['contentions', 'delay'];
    const unit = this.isHeap ? 'bytes' : 'nanoseconds';
    this.builder = new ProfileBuilder(
      [
        { type: types[0] as string, unit: 'count' },
        { type: types[1] as string, unit },
      ],
      this.isHeap ? { type: '', unit: '' } : { type: 'contentions', unit: 'count' },
      this.isHeap ? 0 : 1,
    );
    this.around = new Surroundings(this.builder);
  }

  take(text: string, line: number): boolean {
    const known = this.around.take(text);
    if (known !== undefined) return known;
    const trimmed = text.trim();
    if (this.inHead) {
      const m = attribute.exec(trimmed);
      if (m && this.takeAttribute(m[1] as string, m[2] as string)) return true;
    }
    const m = record.exec(trimmed);
    if (m) {
      this.inHead = false;
      this.around.flush();
      this.takeRecord(m[1] as string, m[2] as string, trimmed.slice(m[0].length), line);
      return true;
    }
    if (this.isJava && takeJavaLocation(this.builder, trimmed)) return true;
    return false;
  }

  build(): ProfileModel {
    this.around.flush();
    if (this.isJava) this.builder.forgetAddresses();
    return this.builder.build();
  }

  private takeAttribute(name: string, value: string): boolean {
    const number = /^\d{1,18}$/.test(value) ? Number(value) : Number.NaN;
    switch (name) {
      case 'cycles/second':
        this.cyclesPerSecond = number || 0;
        return true;
      case 'sampling period':
        if (number >= 0) this.builder.period = number;
        return true;
      case 'ms since reset':
        if (number >= 0) this.builder.durationNs = BigInt(number) * 1_000_000n;
        return true;
      case 'discarded samples':
        return true;
      case 'format':
        this.isJava = true;
        return value === 'java';
      case 'resolution': {
        const [first, second] = this.builder.sampleTypes;
        if (first && second) this.builder.sampleTypes = [first, { type: second.type, unit: value }];
        return true;
      }
      default:
        return false;
    }
  }

  private takeRecord(first: string, second: string, rest: string, line: number): void {
    const { period } = this.builder;
    const stack = addressesIn(rest).map((a) => this.builder.address(this.isJava ? a : callBefore(a)));
    if (this.isHeap) {
      if (Number(second) === 0) this.builder.faults.add('record', line);
      const bytes = Number(second) === 0 ? 0 : Math.trunc(Number(first) / Number(second));
      this.builder.add(scaleHeapSample(Number(second), Number(first), javaHeapRate), stack, [
        { key: 'bytes', value: bytes, unit: 'bytes' },
      ]);
      return;
    }
    const count = period > 0 ? times(integer(second), period) : integer(second);
    this.builder.add([count, this.delayOf(integer(first), period)], stack);
  }

  private delayOf(delay: number | bigint, period: number): number | bigint {
    if (this.isJava) return period > 0 ? times(delay, period) : delay;
    if (period <= 0 || this.cyclesPerSecond <= 0) return delay;
    const ns = (Number(delay) * period) / (this.cyclesPerSecond / 1e9);
    return Number.isSafeInteger(Math.trunc(ns)) ? Math.trunc(ns) : BigInt(Math.trunc(ns));
  }
}
