/**
 * A legacy profile in text form, read line by line. Each form is told by its first line. A form takes the lines that are its own; what it leaves
 * may belong to whatever else stands in the file.
 *
 * @source github.com/google/pprof profile/legacy_profile.go, legacy_java_profile.go
 */
import type { ProfileModel } from '../profile-model.ts';
import { ContentionText } from './contention-text.ts';
import { CountText } from './count-text.ts';
import { HeapText } from './heap-text.ts';
import { JemallocText } from './jemalloc-text.ts';
import type { LegacyText } from './legacy-form.ts';
import { ThreadText } from './thread-text.ts';

/** The reader for a profile that begins with this line. */
export function openLegacyText(text: string): LegacyText | undefined {
  return (
    HeapText.open(text) ??
    JemallocText.open(text) ??
    ContentionText.open(text) ??
    ThreadText.open(text) ??
    CountText.open(text)
  );
}

const firstLines = 20;

/** Reads a text that is one legacy profile, perhaps behind comments. Undefined where it is none. */
export function readLegacyText(text: string): { readonly profile: ProfileModel; readonly form: string } | undefined {
  const lines = text.split('\n');
  let reader: LegacyText | undefined;
  let at = 0;
  for (; at < lines.length && at < firstLines && !reader; at++) reader = openLegacyText(trimmed(lines[at] as string));
  if (!reader) return undefined;
  for (; at < lines.length; at++) reader.take(trimmed(lines[at] as string), at + 1);
  return { profile: reader.build(), form: reader.form };
}

function trimmed(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
