/**
 * Profiles in binary form: protobuf, as Go, perf_data_converter, py-spy and others write them, and the words of old CPU profilers. The whole
 * profile is decoded; the case keeps totals, the top functions and whom the program's values are charged to. `spanscope profile` reads the
 * evidence again for anything else.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Parser, Sink, Sniff, Source } from '../contract.ts';
import { readWhole } from '../read-whole.ts';
import { decodeProfile } from './binary/profile-decoder.ts';
import { ProfileLimitError } from './binary/profile-layout.ts';
import { ProtoError, ProtoReader } from './binary/proto-reader.ts';
import { isLegacyCpu, readLegacyCpu } from './legacy/cpu.ts';
import { profileSubject, sayProfile } from './profile-summary.ts';

export const largestProfile = 512 * 2 ** 20;

export const pprofParser: Parser = {
  id: 'pprof',
  version: 2,
  sniff(head): Sniff {
    return { confidence: looksLikeProfile(head) || isLegacyCpu(head) ? 0.9 : 0, kind: 'pprof' };
  },
  async parse(source: Source, sink: Sink, { signal }): Promise<void> {
    const bytes = await readWhole(source, largestProfile, sink, signal);
    if (bytes) sink.reading(read(bytes, sink));
  },
};

function read(bytes: Uint8Array, sink: Sink): ReadingReport {
  const place = (offset: number) => ({ offset });
  try {
    const legacy = isLegacyCpu(bytes) ? readLegacyCpu(bytes) : undefined;
    const { profile, broken } = legacy ? { profile: legacy, broken: undefined } : decodeProfile(bytes);
    if (broken) sayBroken(broken, sink);
    const counts = sayProfile(profile, sink, place);
    const dialect = legacy ? 'cpu, legacy binary' : profileSubject(profile);
    return { kind: 'pprof', dialect, taken: profile.sampleCount, counts };
  } catch (error) {
    if (error instanceof ProtoError) sayBroken(error, sink);
    else if (error instanceof ProfileLimitError)
      sink.warn({ code: 'pprof/limit', severity: 'error', phase: 'read', args: { what: error.what } });
    else throw error;
    return { kind: 'pprof', dialect: '', taken: 0, counts: {} };
  }
}

function sayBroken(error: ProtoError, sink: Sink): void {
  sink.warn({
    code: 'pprof/damaged',
    severity: 'error',
    phase: 'read',
    at: { offset: error.offset },
    args: { reason: error.code },
  });
  sink.truncated({ offset: error.offset });
}

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
