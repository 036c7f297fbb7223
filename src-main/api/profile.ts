/** `profile`: one profile read whole and asked, from a file or the fullest heap profile of a bundle. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { compressionOf, isTar, isZip, peekInside } from '../case/archive/container-kind.ts';
import { Refusal } from '../case/refusal.ts';
import type { Granularity } from '../parsers/pprof/nodes.ts';
import { Pattern } from '../parsers/pprof/pattern/pattern.ts';
import type { ProfileModel } from '../parsers/pprof/profile-model.ts';
import { queryProfile } from '../parsers/pprof/profile-query.ts';
import { readProfileFile } from './profile-file.ts';
import type { CaseSession, Service } from './service.ts';

/** Patterns are regular expressions in RE2's syntax, as `go tool pprof` takes them. */
export interface ProfileRequest {
  readonly sample?: string | undefined;
  readonly base?: string | undefined;
  /** The total is that of the base (`-diff_base`). */
  readonly totalOfBase?: boolean | undefined;
  readonly focus?: string | undefined;
  readonly ignore?: string | undefined;
  readonly hide?: string | undefined;
  readonly show?: string | undefined;
  readonly showFrom?: string | undefined;
  readonly granularity?: Granularity | undefined;
  readonly sort?: 'flat' | 'cum' | undefined;
  readonly top?: number | undefined;
  readonly signal: AbortSignal;
}

export interface ProfileDocument {
  readonly evidence: string;
  readonly sample_type: string;
  readonly unit: string;
  /** Integers beyond 2^53-1 are strings of digits. */
  readonly total: number | string;
  readonly rows: readonly {
    readonly function: string;
    readonly file: string;
    readonly line: number;
    readonly flat: number | string;
    readonly cum: number | string;
  }[];
}

/**
 * @throws Refusal `profile/none`, `profile/damaged`, `profile/no_sample`
 * @throws PatternError where a filter is no regular expression
 */
export async function profileOf(service: Service, input: string, request: ProfileRequest): Promise<ProfileDocument> {
  if (await isPlainFile(input)) return answer(readProfileFile(input, input), input, request);
  const session = await service.open({ inputs: [input], signal: request.signal });
  try {
    const chosen = choose(session, request.sample);
    return answer(readProfileFile(session.source.vault.pathOf(chosen.sha256), chosen.path), chosen.path, request);
  } finally {
    session.close();
  }
}

function answer(profile: ProfileModel, evidence: string, request: ProfileRequest): ProfileDocument {
  const base = request.base === undefined ? undefined : readProfileFile(request.base, request.base);
  const pattern = (text: string | undefined) => (text === undefined ? undefined : new Pattern(text));
  const found = queryProfile(profile, base, {
    sample: request.sample,
    granularity: request.granularity,
    totalOfBase: request.totalOfBase,
    sort: request.sort,
    focus: pattern(request.focus),
    ignore: pattern(request.ignore),
    hide: pattern(request.hide),
    show: pattern(request.show),
    showFrom: pattern(request.showFrom),
  });
  if (!found)
    throw new Refusal('profile/no_sample', {
      sample: request.sample ?? '',
      known: profile.sampleTypes.map((t) => t.type).join(', '),
    });
  const rows = request.top === undefined ? found.rows : found.rows.slice(0, request.top);
  return {
    evidence,
    sample_type: found.sampleType,
    unit: found.unit,
    total: digits(found.total),
    rows: rows.map(({ exact, ...row }) => (exact ? { ...row, flat: digits(exact.flat), cum: digits(exact.cum) } : row)),
  };
}

function digits(value: number | bigint): number | string {
  if (typeof value === 'number') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** One file that is no container: it is read as it is, without a case around it. */
async function isPlainFile(path: string): Promise<boolean> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  const head = Buffer.alloc(4_096);
  const fd = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  if (isZip(head)) return false;
  const inner = await peekInside(head.subarray(0, length), compressionOf(head), 512);
  return !isTar(inner);
}

/** The only profile; of several the latest that has the sample type asked for, heap profiles first. */
function choose(session: CaseSession, sample: string | undefined): { sha256: string; path: string } {
  const { data } = session.analysis;
  const known = data.profiles.filter((p) => data.evidenceById(p.evidence).kind === 'pprof');
  const all = known.length > 0 ? known : data.profiles;
  const fitting = sample === undefined ? all : all.filter((p) => p.summary.sampleTypes.some((t) => t.type === sample));
  const heap = fitting.filter((p) => p.summary.what === 'heap');
  const list = heap.length > 0 ? heap : fitting.length > 0 ? fitting : all;
  const latest = [...list].sort((a, b) => Number((a.summary.timeNs ?? 0n) - (b.summary.timeNs ?? 0n))).at(-1);
  if (!latest) throw new Refusal('profile/none', {});
  return data.evidenceById(latest.evidence);
}
