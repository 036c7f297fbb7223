/**
 * What `go tool pprof -top` is asked: one sample type, against a base, only some stacks, by function, line, file or address.
 *
 * @source github.com/google/pprof internal/driver: -sample_index, -base, -diff_base, -focus, -ignore, -hide, -show, -show_from, -lines
 */
import { type Granularity, NodeTable } from './nodes.ts';
import { commonUnit, differenceTotal, scaled } from './profile-base.ts';
import type { ProfileModel } from './profile-model.ts';
import { type ProfileFilters, ProfileView } from './profile-view.ts';
import { columnOf, type Part, type TopRow, topRows, totalOf } from './tops.ts';

export interface ProfileQuery extends ProfileFilters {
  readonly sample?: string | undefined;
  readonly granularity?: Granularity | undefined;
  /** The total is that of the base (`-diff_base`), not that of the differences (`-base`). */
  readonly totalOfBase?: boolean | undefined;
  readonly sort?: 'flat' | 'cum' | undefined;
}

export interface ProfileAnswer {
  readonly sampleType: string;
  readonly unit: string;
  /** Sum of the absolute values before any filter. */
  readonly total: number | bigint;
  readonly rows: readonly TopRow[];
}

/** The sample type shown when none is asked for: the profile's own default, else the last. */
export function defaultSampleType(profile: ProfileModel): number {
  const named = profile.sampleTypes.findIndex((t) => t.type === profile.defaultType);
  return named >= 0 && profile.defaultType !== '' ? named : Math.max(0, profile.sampleTypes.length - 1);
}

/** Index of a sample type by name or number; -1 where the profile has none of that name. */
export function sampleIndex(profile: ProfileModel, name: string | undefined): number {
  if (name === undefined || name === '') return defaultSampleType(profile);
  if (/^\d{1,3}$/.test(name)) return Number(name) < profile.sampleTypes.length ? Number(name) : -1;
  // profiles without an allocation part call the types `space` and `objects`
  const bare = name.replace(/^inuse_/, '');
  return profile.sampleTypes.findIndex((t) => t.type === name || t.type === bare || `${t.type}/${t.unit}` === name);
}

/** @returns undefined where the sample type is not there, or in the base cannot be compared */
export function queryProfile(
  profile: ProfileModel,
  base: ProfileModel | undefined,
  query: ProfileQuery,
): ProfileAnswer | undefined {
  const index = sampleIndex(profile, query.sample);
  const type = profile.sampleTypes[index];
  if (!type) return undefined;
  const table = new NodeTable(query.granularity ?? 'functions');
  const part = (p: ProfileModel, sampleType: number, sign: number): Part => {
    const view = new ProfileView(p);
    view.filter(query);
    return { view, nodes: table.add(p), column: columnOf(p, sampleType), sign };
  };
  const order = query.sort === 'cum' ? byCum : byFlatThenName;
  const now = part(profile, index, 1);
  if (!base) {
    const rows = topRows(table, [now]).sort(order);
    return { sampleType: type.type, unit: type.unit, total: totalOf(now.column), rows };
  }
  const baseIndex = base.sampleTypes.findIndex((t) => commonUnit(type, t) !== undefined);
  const common = commonUnit(type, base.sampleTypes[baseIndex] ?? { type: '', unit: '' });
  if (!common) return undefined;
  const before = part(base, baseIndex, -1);
  const parts = [
    { ...now, column: scaled(now.column, common.a) },
    { ...before, column: scaled(before.column, common.b) },
  ] as const;
  const baseTotal = totalOf(parts[1].column);
  const total =
    query.totalOfBase && Number(baseTotal) > 0
      ? baseTotal
      : differenceTotal(profile, parts[0].column, base, parts[1].column);
  return { sampleType: type.type, unit: common.unit, total, rows: topRows(table, parts).sort(order) };
}

function byFlatThenName(a: TopRow, b: TopRow): number {
  return Math.abs(b.flat) - Math.abs(a.flat) || compareNames(a, b) || Math.abs(b.cum) - Math.abs(a.cum);
}

function byCum(a: TopRow, b: TopRow): number {
  return Math.abs(b.cum) - Math.abs(a.cum) || compareNames(a, b);
}

function compareNames(a: TopRow, b: TopRow): number {
  return a.function < b.function ? -1 : a.function > b.function ? 1 : 0;
}
