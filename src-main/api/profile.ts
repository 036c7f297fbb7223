/** `profile`: one profile read whole and asked, from a file or the fullest heap profile of a bundle. */
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionOf } from '../case/archive/container-kind.ts';
import { Refusal } from '../case/refusal.ts';
import { decodeProfile, ProfileLimitError } from '../parsers/pprof/binary/profile-decoder.ts';
import { ProtoError } from '../parsers/pprof/binary/proto-reader.ts';
import { largestProfile } from '../parsers/pprof/pprof.ts';
import type { ProfileModel } from '../parsers/pprof/profile-model.ts';
import { queryProfile } from '../parsers/pprof/profile-query.ts';
import type { CaseSession, Service } from './service.ts';

export interface ProfileRequest {
  readonly sample: string | undefined;
  readonly base: string | undefined;
  readonly focus: RegExp | undefined;
  readonly top: number | undefined;
  readonly signal: AbortSignal;
}

export interface ProfileDocument {
  readonly evidence: string;
  readonly sample_type: string;
  readonly unit: string;
  readonly total: number;
  readonly rows: readonly {
    readonly function: string;
    readonly file: string;
    readonly line: number;
    readonly flat: number;
    readonly cum: number;
  }[];
}

/** @throws Refusal `profile/none`, `profile/damaged`, `profile/no_sample` */
export async function profileOf(service: Service, input: string, request: ProfileRequest): Promise<ProfileDocument> {
  const session = await service.open({ inputs: [input], signal: request.signal });
  try {
    const chosen = choose(session, request.sample);
    const profile = load(session.source.vault.pathOf(chosen.sha256), chosen.path);
    const base = request.base === undefined ? undefined : load(request.base, request.base);
    const answer = queryProfile(profile, base, { sample: request.sample, focus: request.focus });
    if (!answer)
      throw new Refusal('profile/no_sample', {
        sample: request.sample ?? '',
        known: profile.sampleTypes.map((t) => t.type).join(', '),
      });
    return {
      evidence: chosen.path,
      sample_type: answer.sampleType,
      unit: answer.unit,
      total: answer.total,
      rows: request.top === undefined ? answer.rows : answer.rows.slice(0, request.top),
    };
  } finally {
    session.close();
  }
}

/** The only profile; of several the latest that has the sample type asked for, heap profiles first. */
function choose(session: CaseSession, sample: string | undefined): { sha256: string; path: string } {
  const { data } = session.analysis;
  const known = data.profiles.filter((p) => data.evidenceById(p.evidence).kind === 'pprof');
  const fitting =
    sample === undefined ? known : known.filter((p) => p.summary.sampleTypes.some((t) => t.type === sample));
  const heap = fitting.filter((p) => p.summary.what === 'heap');
  const list = heap.length > 0 ? heap : fitting.length > 0 ? fitting : known;
  const latest = [...list].sort((a, b) => Number((a.summary.timeNs ?? 0n) - (b.summary.timeNs ?? 0n))).at(-1);
  if (!latest) throw new Refusal('profile/none', {});
  return data.evidenceById(latest.evidence);
}

function load(path: string, name: string): ProfileModel {
  let bytes: Uint8Array = readFileSync(path);
  try {
    const compression = compressionOf(bytes);
    if (compression === 'gzip') bytes = gunzipSync(bytes, { maxOutputLength: largestProfile });
    else if (compression === 'zstd') bytes = zstdDecompressSync(bytes, { maxOutputLength: largestProfile });
    return decodeProfile(bytes);
  } catch (error) {
    if (error instanceof ProtoError)
      throw new Refusal('profile/damaged', { name, reason: error.code, offset: error.offset });
    if (error instanceof ProfileLimitError || error instanceof Error)
      throw new Refusal('profile/damaged', { name, reason: error.message, offset: 0 });
    throw error;
  }
}
