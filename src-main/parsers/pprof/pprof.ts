/**
 * Profiles in protobuf form, as Go, perf_data_converter, py-spy and others write them. The whole profile is decoded; the case keeps totals, the top
 * functions and whom the program's values are charged to. `spanscope profile` reads the evidence again for anything else.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Parser, type ProfileRow, type Sink, type Sniff, type Source, wallClock } from '../contract.ts';
import { readWhole } from '../read-whole.ts';
import { decodeProfile, ProfileLimitError } from './binary/profile-decoder.ts';
import { ProtoError, ProtoReader } from './binary/proto-reader.ts';
import { owners } from './owners.ts';
import type { ProfileModel } from './profile-model.ts';
import { tops } from './tops.ts';

export const largestProfile = 512 * 2 ** 20;
const flatKept = 60;
const cumKept = 60;
const ownersKept = 60;

/** What a profile is of, told from its sample types alone. `contention` may be the mutex or the block profile: they look alike. */
export function profileSubject(profile: ProfileModel): string {
  const types = profile.sampleTypes.map((t) => t.type);
  if (types.includes('inuse_space')) return profile.defaultType === 'alloc_space' ? 'allocs' : 'heap';
  if (types.includes('contentions')) return 'contention';
  if (types.includes('cpu')) return 'cpu';
  return types[0] ?? 'profile';
}

/** The sample type shown when none is asked for: the profile's own default, else the last. */
export function defaultSampleType(profile: ProfileModel): number {
  const named = profile.sampleTypes.findIndex((t) => t.type === profile.defaultType);
  return named >= 0 ? named : Math.max(0, profile.sampleTypes.length - 1);
}

/** Says a profile's summary and, where it tells its time, its totals as points. @returns its counts */
export function sayProfile(profile: ProfileModel, sink: Sink): Record<string, number | string> {
  const what = profileSubject(profile);
  const order = defaultSampleType(profile);
  const totals: number[] = [];
  const top: ProfileRow[] = [];
  profile.sampleTypes.forEach((_, sampleType) => {
    const { total, rows } = tops(profile, sampleType);
    totals.push(total);
    const byCum = [...rows].sort((a, b) => Math.abs(b.cum) - Math.abs(a.cum)).slice(0, cumKept);
    for (const row of new Set([...rows.slice(0, flatKept), ...byCum])) top.push({ sampleType, ...row });
  });
  const timeNs = profile.timeNs > 0n ? profile.timeNs : undefined;
  sink.profile({
    what,
    sampleTypes: profile.sampleTypes,
    defaultType: profile.sampleTypes[order]?.type ?? '',
    timeNs,
    durationNs: profile.durationNs > 0n ? profile.durationNs : undefined,
    periodType: profile.periodType.type,
    period: profile.period,
    samples: profile.sampleCount,
    totals,
    top,
    owners: owners(profile, order, ownersKept),
  });
  if (timeNs !== undefined) {
    const frame = sink.frame('pprof', wallClock);
    frame.row(timeNs, 0);
    profile.sampleTypes.forEach((t, i) => {
      frame.set(
        frame.column({ metric: `profile_${what}_${t.type}`, sourceName: `${t.type}/${t.unit}` }),
        totals[i] as number,
      );
    });
  }
  const counts: Record<string, number | string> = {
    samples: profile.sampleCount,
    locations: profile.lineStart.length - 1,
    functions: profile.functionName.length,
    mappings: profile.mappings.length,
    period: profile.period,
    labels: profile.labels.length,
  };
  profile.sampleTypes.forEach((t, i) => {
    counts[`total_${t.type}_${t.unit}`] = totals[i] as number;
  });
  return counts;
}

export const pprofParser: Parser = {
  id: 'pprof',
  version: 1,
  sniff(head): Sniff {
    return { confidence: looksLikeProfile(head) ? 0.9 : 0, kind: 'pprof' };
  },
  async parse(source: Source, sink: Sink, { signal }): Promise<void> {
    const bytes = await readWhole(source, largestProfile, sink, signal);
    if (!bytes) return;
    let report: ReadingReport;
    try {
      const profile = decodeProfile(bytes);
      const counts = sayProfile(profile, sink);
      report = { kind: 'pprof', dialect: profileSubject(profile), taken: profile.sampleCount, counts };
      if (profile.sampleTypes.length === 0)
        sink.warn({ code: 'pprof/no_sample_type', severity: 'error', phase: 'model' });
      if (profile.sampleCount === 0) sink.warn({ code: 'pprof/no_samples', severity: 'info', phase: 'model' });
    } catch (error) {
      if (error instanceof ProtoError) {
        sink.warn({
          code: 'pprof/damaged',
          severity: 'error',
          phase: 'read',
          at: { offset: error.offset },
          args: { reason: error.code },
        });
        sink.truncated({ offset: error.offset });
      } else if (error instanceof ProfileLimitError) {
        sink.warn({ code: 'pprof/limit', severity: 'error', phase: 'read', args: { what: error.what } });
      } else throw error;
      report = { kind: 'pprof', dialect: '', taken: 0, counts: {} };
    }
    sink.reading(report);
  },
};

/** Walks the top-level fields of the head: known numbers, right wire types, a sample type or a string table among them. */
function looksLikeProfile(head: Uint8Array): boolean {
  const r = new ProtoReader(head);
  const messages = new Set([1, 2, 3, 4, 5, 6, 11]);
  let sampleTypes = 0;
  let fields = 0;
  try {
    while (r.next()) {
      if (r.field > 15) return false;
      if (messages.has(r.field) !== (r.wire === 2) && r.field !== 13) return false;
      if (r.field === 1) sampleTypes++;
      r.skip();
      fields++;
    }
  } catch (error) {
    // the head may end inside a field: what came before must have been right
    if (!(error instanceof ProtoError) || error.code === 'wire_type' || error.code === 'field') return false;
  }
  return fields >= 3 && (sampleTypes > 0 || fields > 20);
}
