/** A profile read whole from its file. */
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CaseData } from '../analysis/case-data.ts';
import { compressionOf } from '../case/archive/container-kind.ts';
import { Refusal } from '../case/refusal.ts';
import { ProfileLimitError } from '../parsers/pprof/binary/profile-layout.ts';
import { ProtoError } from '../parsers/pprof/binary/proto-reader.ts';
import { largestProfile } from '../parsers/pprof/pprof.ts';
import type { ProfileModel } from '../parsers/pprof/profile-model.ts';
import { readProfile } from '../parsers/pprof/read-profile.ts';

/** The profile of an evidence. @throws Refusal `profile/damaged` */
export function profileModelOf(data: CaseData, evidence: number): ProfileModel {
  const { sha256, path } = data.evidenceById(evidence);
  return readProfileFile(data.source.vault.pathOf(sha256), path);
}

/** The profile in a file; `name` is what messages call it. @throws Refusal `profile/damaged` */
export function readProfileFile(path: string, name: string): ProfileModel {
  let bytes: Uint8Array = readFileSync(path);
  try {
    const compression = compressionOf(bytes);
    if (compression === 'gzip') bytes = gunzipSync(bytes, { maxOutputLength: largestProfile });
    else if (compression === 'zstd') bytes = zstdDecompressSync(bytes, { maxOutputLength: largestProfile });
    return readProfile(bytes).profile;
  } catch (error) {
    if (error instanceof ProtoError)
      throw new Refusal('profile/damaged', { name, reason: error.code, offset: error.offset });
    if (error instanceof ProfileLimitError || error instanceof Error)
      throw new Refusal('profile/damaged', { name, reason: error.message, offset: 0 });
    throw error;
  }
}
