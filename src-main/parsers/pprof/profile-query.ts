/**
 * What `go tool pprof -top` is asked: one sample type, against a base, only stacks through a function.
 *
 * @source github.com/google/pprof internal/driver: -sample_index, -diff_base, -focus
 */

import { defaultSampleType } from './pprof.ts';
import { frameName, type ProfileModel } from './profile-model.ts';
import { type TopRow, tops } from './tops.ts';

export interface ProfileQuery {
  readonly sample?: string | undefined;
  readonly focus?: RegExp | undefined;
}

export interface ProfileAnswer {
  readonly sampleType: string;
  readonly unit: string;
  readonly total: number;
  readonly rows: readonly TopRow[];
}

/** Index of a sample type by name or number; -1 where the profile has none of that name. */
export function sampleIndex(profile: ProfileModel, name: string | undefined): number {
  if (name === undefined) return defaultSampleType(profile);
  const byName = profile.sampleTypes.findIndex((t) => t.type === name || `${t.type}/${t.unit}` === name);
  if (byName >= 0) return byName;
  return /^\d{1,3}$/.test(name) && Number(name) < profile.sampleTypes.length ? Number(name) : -1;
}

/** @returns undefined where the sample type is not there */
export function queryProfile(
  profile: ProfileModel,
  base: ProfileModel | undefined,
  query: ProfileQuery,
): ProfileAnswer | undefined {
  const index = sampleIndex(profile, query.sample);
  const type = profile.sampleTypes[index];
  if (!type) return undefined;
  const now = tops(profile, index, query.focus && through(profile, query.focus));
  if (!base) return { sampleType: type.type, unit: type.unit, total: now.total, rows: now.rows };
  const baseIndex = sampleIndex(base, type.type);
  if (baseIndex < 0) return undefined;
  const before = tops(base, baseIndex, query.focus && through(base, query.focus));
  const merged = new Map<string, { row: TopRow; flat: number; cum: number }>();
  for (const row of now.rows) merged.set(row.function, { row, flat: row.flat, cum: row.cum });
  for (const row of before.rows) {
    const entry = merged.get(row.function) ?? { row, flat: 0, cum: 0 };
    entry.flat -= row.flat;
    entry.cum -= row.cum;
    merged.set(row.function, entry);
  }
  const rows = [...merged.values()]
    .map(({ row, flat, cum }) => ({ ...row, flat, cum }))
    .filter((r) => r.flat !== 0 || r.cum !== 0)
    .sort(
      (a, b) =>
        Math.abs(b.flat) - Math.abs(a.flat) || Math.abs(b.cum) - Math.abs(a.cum) || (a.function < b.function ? -1 : 1),
    );
  return { sampleType: type.type, unit: type.unit, total: now.total - before.total, rows };
}

/** Samples whose stack has a frame that matches by function or file. */
function through(profile: ProfileModel, pattern: RegExp): (sample: number) => boolean {
  const hit = new Uint8Array(profile.lineFunction.length);
  for (let i = 0; i < hit.length; i++) {
    const { function: name, file } = frameName(profile, i);
    hit[i] = pattern.test(name) || pattern.test(file) ? 1 : 0;
  }
  return (sample) => {
    for (let k = profile.stackStart[sample] as number; k < (profile.stackStart[sample + 1] as number); k++) {
      const location = profile.stackLocations[k] as number;
      for (let i = profile.lineStart[location] as number; i < (profile.lineStart[location + 1] as number); i++)
        if (hit[i] === 1) return true;
    }
    return false;
  };
}
