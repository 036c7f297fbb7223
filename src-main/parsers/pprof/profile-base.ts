/**
 * A profile against a base: units brought together, and the total of the difference, in which samples of equal stack and labels are one.
 *
 * @source github.com/google/pprof profile/merge.go sampleKey, Location.key; internal/measurement ScaleProfiles
 */
import type { ProfileModel, ValueType } from './profile-model.ts';
import { narrow, type ValueColumn } from './tops.ts';

const units: Readonly<Record<string, readonly [dimension: string, factor: number]>> = {
  b: ['memory', 1],
  byte: ['memory', 1],
  kb: ['memory', 2 ** 10],
  kilobyte: ['memory', 2 ** 10],
  mb: ['memory', 2 ** 20],
  megabyte: ['memory', 2 ** 20],
  gb: ['memory', 2 ** 30],
  gigabyte: ['memory', 2 ** 30],
  ns: ['time', 1],
  nanosecond: ['time', 1],
  us: ['time', 1e3],
  microsecond: ['time', 1e3],
  ms: ['time', 1e6],
  millisecond: ['time', 1e6],
  s: ['time', 1e9],
  sec: ['time', 1e9],
  second: ['time', 1e9],
};

function unitOf(name: string): readonly [string, number] | undefined {
  const lower = name.toLowerCase();
  return units[lower.length > 2 ? lower.replace(/s$/, '') : lower];
}

/** Factors that bring the values of two types to the finer unit; undefined where they cannot be compared. */
export function commonUnit(
  a: ValueType,
  b: ValueType,
): { readonly unit: string; readonly a: number; readonly b: number } | undefined {
  if (a.type.replace(/s$/, '') !== b.type.replace(/s$/, '')) return undefined;
  if (a.unit === b.unit) return { unit: a.unit, a: 1, b: 1 };
  const ua = unitOf(a.unit);
  const ub = unitOf(b.unit);
  if (!ua || !ub || ua[0] !== ub[0]) return undefined;
  return ua[1] <= ub[1] ? { unit: a.unit, a: 1, b: ub[1] / ua[1] } : { unit: b.unit, a: ua[1] / ub[1], b: 1 };
}

export function scaled(column: ValueColumn, factor: number): ValueColumn {
  if (factor === 1) return column;
  return { values: column.values.map((v) => Math.trunc(v * factor)), wide: undefined };
}

/** Numbers for what two profiles share: equal places get equal numbers. */
class Keys {
  private readonly ids = new Map<string, number>();

  of(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(text, id);
    }
    return id;
  }
}

function sampleKeys(profile: ProfileModel, keys: Keys): Int32Array {
  const mapping = profile.mappings.map((m) => {
    const size = (((m.limit - m.start + 0xfffn) / 0x1000n) * 0x1000n).toString(16);
    return `${size} ${m.offset} ${m.buildId || m.file}`;
  });
  const location = new Int32Array(profile.lineStart.length - 1);
  for (let l = 0; l < location.length; l++) {
    const m = profile.locationMapping[l] as number;
    const address = (profile.locationAddress[l] as bigint) - (profile.mappings[m]?.start ?? 0n);
    let text = `${address} ${mapping[m] ?? ''}`;
    for (let i = profile.lineStart[l] as number; i < (profile.lineStart[l + 1] as number); i++) {
      const f = profile.lineFunction[i] as number;
      const name = f < 0 ? '' : profile.string(profile.functionName[f] as number);
      const file = f < 0 ? '' : profile.string(profile.functionFile[f] as number);
      text += `\n${name}\t${file}\t${profile.functionStartLine[f] ?? 0}\t${profile.lineNumber[i]}`;
    }
    location[l] = keys.of(text);
  }
  const { labels } = profile;
  const out = new Int32Array(profile.sampleCount);
  let label = 0;
  for (let s = 0; s < out.length; s++) {
    const words: string[] = [];
    for (; label < labels.count && labels.sample[label] === s; label++)
      words.push(
        `${profile.string(labels.key[label] as number)}=${profile.string(labels.text[label] as number)}${labels.number[label]}`,
      );
    const stack = profile.stackLocations.subarray(profile.stackStart[s], profile.stackStart[s + 1]);
    out[s] = keys.of(`\0${Array.from(stack, (l) => location[l]).join(' ')}\n${words.sort().join('\n')}`);
  }
  return out;
}

/** Sum of the absolute differences of equal samples. */
export function differenceTotal(
  profile: ProfileModel,
  now: ValueColumn,
  base: ProfileModel,
  before: ValueColumn,
): number | bigint {
  const keys = new Keys();
  const sums = new Map<number, bigint>();
  const add = (p: ProfileModel, column: ValueColumn, sign: bigint) => {
    sampleKeys(p, keys).forEach((key, s) => {
      const value = column.wide?.[s] ?? BigInt(Math.trunc(column.values[s] as number));
      sums.set(key, (sums.get(key) ?? 0n) + sign * value);
    });
  };
  add(profile, now, 1n);
  add(base, before, -1n);
  let total = 0n;
  for (const v of sums.values()) total += v < 0n ? -v : v;
  return narrow(total);
}
