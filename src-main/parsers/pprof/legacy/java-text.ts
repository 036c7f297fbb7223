/**
 * Names of the locations of Java profiles, below their samples: `0x0000048 com.example.f (source.java:48)`.
 *
 * @source github.com/google/pprof profile/legacy_java_profile.go parseJavaLocations
 */
import type { ProfileBuilder } from '../profile-builder.ts';
import type { FrameName } from '../profile-model.ts';

const location = /^\s{0,20}0x([0-9a-fA-F]{1,16})\s{1,20}(\S.{0,2000})$/;

/** @returns whether the line is one */
export function takeJavaLocation(builder: ProfileBuilder, text: string): boolean {
  const m = location.exec(text.trimEnd());
  if (!m) return false;
  builder.name(BigInt(`0x${m[1]}`), [frameOf(m[2] as string)]);
  return true;
}

export function takeJavaLocations(builder: ProfileBuilder, lines: readonly string[]): void {
  for (const line of lines) takeJavaLocation(builder, line);
  builder.forgetAddresses();
}

function frameOf(text: string): FrameName {
  const open = text.lastIndexOf(' (');
  if (open > 0 && text.endsWith(')')) {
    const name = text.slice(0, open).trimEnd();
    const place = text.slice(open + 2, -1);
    const colon = place.lastIndexOf(':');
    const line = colon > 0 ? place.slice(colon + 1) : '';
    if (/^-?\d{1,9}$/.test(line))
      return { function: name, file: place.slice(0, colon), line: Math.max(0, Number(line)) };
    return { function: name, file: place.slice(place.lastIndexOf('/') + 1), line: 0 };
  }
  if (text.includes('generated stub/JIT')) return { function: 'STUB', file: '', line: 0 };
  return { function: text, file: '', line: 0 };
}
