/** The settings a run was recorded under, as far as evidence tells them. */
import { NEWEST_GO, parseGoVersion } from '../../engine/go-versions.ts';
import type { CaseData } from '../case-data.ts';
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSample } from './recorded-samples.ts';
import { inferGogc } from './replay-pacer.ts';
import { gogcOfSamples } from './sampled-run.ts';

export interface BaselineSettings {
  readonly gogc: number;
  /** Told by evidence; or inferred from the recorded goals; or, without live heaps, from how much was allocated a cycle. */
  readonly gogcFrom: 'evidence' | 'goals' | 'allocation';
  /** Where the recorded cycles are from. */
  readonly cyclesFrom: RecordedRun['source'];
  readonly memoryLimit: bigint | undefined;
  readonly procs: number;
  readonly isProcsAssumed: boolean;
  readonly goMinor: number;
  readonly isGoAssumed: boolean;
}

/** What the evidence says of the settings of a run with gctrace; GOGC from the recorded goals where nothing says it. */
export function settingsOfTrace(data: CaseData, run: RecordedRun): BaselineSettings | undefined {
  const told = toldGogc(data);
  const gogc = told ?? inferGogc(run.cycles);
  if (gogc === undefined || !(gogc > 0)) return undefined;
  return {
    ...rest(data),
    gogc,
    gogcFrom: told === undefined ? 'goals' : 'evidence',
    cyclesFrom: 'gctrace',
    procs: Math.max(1, run.cycles.at(-1)?.procs ?? 1),
    isProcsAssumed: false,
  };
}

/** Where nothing tells GOMAXPROCS of the recorded run. */
const usualProcs = 4;

/** The same where there are only samples. `askedProcs` is taken where nothing tells GOMAXPROCS: then no other one can be compared with it. */
export function settingsOfSamples(
  data: CaseData,
  samples: readonly RecordedSample[],
  askedProcs: number | undefined,
): BaselineSettings | undefined {
  const told = toldGogc(data);
  const gogc = told ?? gogcOfSamples(samples);
  if (gogc === undefined || !(gogc > 0)) return undefined;
  const procs = lastValue(data, 'gomaxprocs');
  const hasLive = samples.some((s) => s.live > 0);
  return {
    ...rest(data),
    gogc,
    gogcFrom: told !== undefined ? 'evidence' : hasLive ? 'goals' : 'allocation',
    cyclesFrom: 'samples',
    procs: Math.max(1, procs ?? askedProcs ?? usualProcs),
    isProcsAssumed: procs === undefined,
  };
}

function rest(data: CaseData): Pick<BaselineSettings, 'memoryLimit' | 'goMinor' | 'isGoAssumed'> {
  const limit = lastValue(data, 'gomemlimit_bytes') ?? byteCountOf(data.fact('setting.gomemlimit')?.value);
  const go = data.fact('runtime.go')?.value;
  const version = go === undefined ? undefined : parseGoVersion(go);
  return {
    memoryLimit: limit !== undefined && limit < 2 ** 62 ? BigInt(Math.round(limit)) : undefined,
    goMinor: version?.minor ?? NEWEST_GO.minor,
    isGoAssumed: version === undefined,
  };
}

function toldGogc(data: CaseData): number | undefined {
  return lastValue(data, 'gogc_percent') ?? numberOf(data.fact('setting.gogc')?.value);
}

/** GOGC as the environment has it; "off" is no number. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** GOMEMLIMIT as the environment has it. @source runtime/string.go parseByteCount */
function byteCountOf(text: string | undefined): number | undefined {
  const parts = /^(\d{1,15})(B|KiB|MiB|GiB|TiB)?$/.exec(text ?? '');
  if (!parts) return undefined;
  return Number(parts[1]) * 1024 ** Math.max(0, ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(parts[2] ?? 'B'));
}

/** Last value of a metric, whichever source told it. */
export function lastValue(data: CaseData, metric: string): number | undefined {
  return data.series.find((s) => s.metric === metric)?.last;
}
