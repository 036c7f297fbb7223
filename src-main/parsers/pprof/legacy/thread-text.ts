/**
 * gperftools' threadz: `--- Thread 7f79 (name: main/14748) stack: ---`, then addresses, each perhaps with a name. A thread that stands where the
 * one before does says only so.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseThread, parseThreadSample
 */
import { ProfileBuilder } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import type { LegacyText } from './legacy-form.ts';
import { isMemoryMapHead, MemoryMapText } from './memory-map.ts';
import { addressesIn, callBefore } from './stack-words.ts';

const head = /^--- threadz \d{1,6} ---\s{0,4}$/;
const thread = /^--- Thread [0-9a-fA-F]{1,16} \(name: .{0,200}\/\d{1,10}\) stack: ---\s{0,4}$/;
const named = /^(?:PC: {1,6})?0x([0-9a-fA-F]{1,16}): (\S.{0,1000})$/;

export class ThreadText implements LegacyText {
  readonly form = 'threadz';
  private readonly builder = new ProfileBuilder(
    [{ type: 'thread', unit: 'count' }],
    { type: 'thread', unit: 'count' },
    1,
  );
  private open: { addresses: bigint[]; names: [address: bigint, name: string][]; isSame: boolean } | undefined;
  private map: MemoryMapText | undefined;
  private ended = false;

  static open(text: string): ThreadText | undefined {
    if (head.test(text)) return new ThreadText();
    if (!thread.test(text)) return undefined;
    const reader = new ThreadText();
    reader.take(text);
    return reader;
  }

  take(text: string): boolean {
    if (this.map) return this.map.take(text);
    const trimmed = text.trim();
    if (trimmed === '') return true;
    if (isMemoryMapHead(trimmed)) {
      this.close();
      this.map = new MemoryMapText(this.builder.mappings);
      return true;
    }
    if (thread.test(trimmed)) {
      this.close();
      this.open = { addresses: [], names: [], isSame: false };
      return true;
    }
    if (trimmed.startsWith('---- no stack trace for')) {
      this.close();
      this.ended = true;
      return true;
    }
    const open = this.open;
    if (!open || this.ended) return this.ended;
    if (trimmed.includes('same as previous thread')) {
      open.isSame = true;
      return true;
    }
    const addresses = addressesIn(trimmed);
    if (addresses.length === 0 && !trimmed.startsWith('creator:')) return false;
    const m = named.exec(trimmed);
    if (m) open.names.push([addresses[0] as bigint, m[2] as string]);
    open.addresses.push(...addresses);
    return true;
  }

  build(): ProfileModel {
    this.close();
    return this.builder.build();
  }

  private close(): void {
    const open = this.open;
    this.open = undefined;
    if (!open) return;
    if (open.isSame || open.addresses.length === 0) {
      this.builder.addToLast(1);
      return;
    }
    // behind a call an address points to the next instruction; the leaf does not stand behind a call
    const stack = open.addresses.map((a, i) => (i === 0 ? a : callBefore(a)));
    const [leaf, next] = stack;
    const frames = next !== undefined && leaf === BigInt.asUintN(64, next + 1n) ? [leaf, ...stack.slice(2)] : stack;
    this.builder.add(
      [1],
      frames.map((a) => this.builder.address(a)),
    );
    for (const [address, name] of open.names) {
      const at = address === leaf ? address : callBefore(address);
      this.builder.name(at, [{ function: name, file: '', line: 0 }]);
    }
  }
}
