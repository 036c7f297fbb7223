/** What the case keeps of a profile that was read whole: totals, the top functions, whom the values are charged to, and what is wrong with it. */
import type { Position } from '../../api/contract/evidence.ts';
import { type ProfileLabelSummary, type ProfileRow, type Sink, wallClock } from '../contract.ts';
import { growsGoHeap } from '../mappings/go-heap-growth.ts';
import { owners } from './owners.ts';
import { type ProfileModel, valuesPerSample } from './profile-model.ts';
import { defaultSampleType } from './profile-query.ts';
import { prepare, tops } from './tops.ts';

const flatKept = 60;
const cumKept = 60;
const ownersKept = 60;
const labelKeys = 20;
const labelValues = 10;
const mostLabelValues = 10_000;

/** What a profile is of, told from its sample types alone. `contention` may be the mutex or the block profile: they look alike. */
export function profileSubject(profile: ProfileModel): string {
  const types = profile.sampleTypes.map((t) => t.type);
  if (types.includes('inuse_space')) return profile.defaultType === 'alloc_space' ? 'allocs' : 'heap';
  if (types.includes('kept_space')) return 'mappings';
  if (types.includes('space')) return 'heap';
  if (types.includes('contentions')) return 'contention';
  if (types.includes('cpu')) return 'cpu';
  return types[0] ?? 'profile';
}

/**
 * Says the profile and its faults to the sink.
 *
 * @param place turns the `first` of a fault into a position
 * @returns the figures of its reading
 */
export function sayProfile(
  profile: ProfileModel,
  sink: Sink,
  place: (first: number) => Position,
): Record<string, number | string> {
  const what = profileSubject(profile);
  const order = defaultSampleType(profile);
  const shared = prepare(profile);
  const totals: (number | bigint)[] = [];
  const top: ProfileRow[] = [];
  profile.sampleTypes.forEach((_, sampleType) => {
    const { total, rows } = tops(profile, sampleType, shared);
    totals.push(total);
    const byCum = [...rows].sort((a, b) => Math.abs(b.cum) - Math.abs(a.cum)).slice(0, cumKept);
    for (const { exact: _exact, ...row } of new Set([...rows.slice(0, flatKept), ...byCum]))
      top.push({ sampleType, ...row });
  });
  const timeNs = profile.timeNs > 0n ? profile.timeNs : undefined;
  const labels = labelSummary(profile, order);
  sink.profile({
    what,
    sampleTypes: profile.sampleTypes,
    defaultType: profile.sampleTypes[order]?.type ?? '',
    timeNs,
    durationNs: profile.durationNs > 0n ? profile.durationNs : undefined,
    periodType: profile.periodType.type,
    period: profile.period,
    samples: profile.sampleCount,
    totals: totals.map(Number),
    top,
    owners: owners(profile, order, ownersKept, what === 'mappings' ? growsGoHeap : undefined),
    ...(profile.comments.length > 0 ? { comments: profile.comments.slice(0, 50).map((c) => c.slice(0, 1_000)) } : {}),
    ...(labels.length > 0 ? { labels } : {}),
  });
  if (timeNs !== undefined) {
    const frame = sink.frame('pprof', wallClock);
    frame.row(timeNs, 0);
    profile.sampleTypes.forEach((t, i) => {
      const column = { metric: `profile_${what}_${t.type}`, sourceName: `${t.type}/${t.unit}` };
      frame.set(frame.column(column), Number(totals[i]));
    });
  }
  sayFaults(profile, sink, place);
  const counts: Record<string, number | string> = {
    samples: profile.sampleCount,
    locations: profile.lineStart.length - 1,
    functions: profile.functionName.length,
    mappings: profile.mappings.length,
    period: profile.period,
    labels: profile.labels.count,
  };
  profile.sampleTypes.forEach((t, i) => {
    const total = totals[i] as number | bigint;
    counts[`total_${t.type}_${t.unit}`] = typeof total === 'bigint' ? String(total) : total;
  });
  if (profile.durationNs > 0n) counts.duration_seconds = Number(profile.durationNs) / 1e9;
  return counts;
}

function sayFaults(profile: ProfileModel, sink: Sink, place: (first: number) => Position): void {
  if (profile.sampleTypes.length === 0) sink.warn({ code: 'pprof/no_sample_type', severity: 'error', phase: 'model' });
  if (profile.sampleCount === 0) sink.warn({ code: 'pprof/no_samples', severity: 'info', phase: 'model' });
  for (const fault of profile.faults) {
    sink.warn({
      code: 'pprof/inconsistent',
      severity: 'data_loss',
      phase: 'model',
      ...(fault.first > 0 ? { at: place(fault.first) } : {}),
      args: { fault: fault.kind, count: fault.count },
    });
  }
}

/** Per label key the values that carry most of the sample type. */
function labelSummary(profile: ProfileModel, sampleType: number): ProfileLabelSummary[] {
  const { labels } = profile;
  const types = valuesPerSample(profile);
  const byKey = new Map<number, Map<string, { value: string; samples: number; total: number }>>();
  for (let i = 0; i < labels.count; i++) {
    const key = labels.key[i] as number;
    let values = byKey.get(key);
    if (!values) {
      if (byKey.size >= labelKeys) continue;
      values = new Map();
      byKey.set(key, values);
    }
    const text = labels.text[i] as number;
    const unit = profile.string(labels.unit[i] as number);
    const value = text !== 0 ? profile.string(text) : `${labels.number[i]}${unit === '' ? '' : ` ${unit}`}`;
    let entry = values.get(value);
    if (!entry) {
      if (values.size >= mostLabelValues) continue;
      entry = { value: value.slice(0, 200), samples: 0, total: 0 };
      values.set(value, entry);
    }
    entry.samples++;
    entry.total += profile.values[(labels.sample[i] as number) * types + sampleType] ?? 0;
  }
  return [...byKey].map(([key, values]) => ({
    key: profile.string(key).slice(0, 200),
    distinct: values.size,
    values: [...values.values()].sort((a, b) => Math.abs(b.total) - Math.abs(a.total)).slice(0, labelValues),
  }));
}
