/**
 * Profiles that count stacks: goroutine, threadcreate, goroutineleak and a program's own with debug=1: `goroutine profile: total 7`, then
 * `3 @ addresses`. Labels stand in a comment below.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseGoCount; runtime/pprof/pprof.go printCountProfile
 */
import { ProfileBuilder, type SampleLabel } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import type { LegacyText } from './legacy-form.ts';
import { isMemoryMapHead, MemoryMapText } from './memory-map.ts';
import { addressesIn, callBefore } from './stack-words.ts';
import { SymbolComments } from './symbols.ts';

const head = /^([^\s:]{1,100}) profile: total \d{1,15}$/;
const record = /^(\d{1,15}) @(?=[ \t])/;

interface Open {
  readonly count: number;
  readonly stack: number[];
  labels: SampleLabel[];
}

export class CountText implements LegacyText {
  readonly form: string;
  private readonly builder: ProfileBuilder;
  private readonly symbols: SymbolComments;
  private open: Open | undefined;
  private map: MemoryMapText | undefined;

  static open(text: string): CountText | undefined {
    const m = head.exec(text);
    return m ? new CountText(m[1] as string) : undefined;
  }

  private constructor(form: string) {
    this.form = form;
    this.builder = new ProfileBuilder([{ type: form, unit: 'count' }], { type: form, unit: 'count' }, 1);
    this.symbols = new SymbolComments(this.builder);
  }

  take(text: string): boolean {
    if (this.map) return this.map.take(text);
    if (text.startsWith('# labels: ')) {
      if (this.open) this.open.labels = labelsOf(text.slice(10, 4_000));
      return true;
    }
    const trimmed = text.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return trimmed === '' || this.symbols.take(trimmed);
    this.close();
    if (isMemoryMapHead(trimmed)) {
      this.map = new MemoryMapText(this.builder.mappings);
      return true;
    }
    const m = record.exec(trimmed);
    if (!m) return false;
    const stack = addressesIn(trimmed.slice(m[0].length)).map((a) => this.builder.address(callBefore(a)));
    this.open = { count: Number(m[1]), stack, labels: [] };
    return true;
  }

  build(): ProfileModel {
    this.close();
    return this.builder.build();
  }

  private close(): void {
    this.symbols.flush();
    if (this.open) this.builder.add([this.open.count], this.open.stack, this.open.labels);
    this.open = undefined;
  }
}

/** `{"key":"value", ...}`: Go prints each with %q. */
function labelsOf(text: string): SampleLabel[] {
  const labels: SampleLabel[] = [];
  let at = text.indexOf('"');
  while (at >= 0 && labels.length < 100) {
    const key = quoted(text, at);
    const value = key && text[key.end] === ':' ? quoted(text, key.end + 1) : undefined;
    if (!key || !value) break;
    labels.push({ key: key.text, value: value.text });
    at = text.indexOf('"', value.end);
  }
  return labels;
}

/** The quoted text that begins at `at`, and where it ends. */
function quoted(text: string, at: number): { readonly text: string; readonly end: number } | undefined {
  if (text[at] !== '"') return undefined;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return { text: text.slice(at + 1, i), end: i + 1 };
  }
  return undefined;
}
