/** `engine explain` and `engine census`: what a request costs, and the spans that counts of objects allow. */
import { type CensusRefusal, censusOf, censusOfProfile, type HeapCensus } from '../analysis/census.ts';
import { Refusal } from '../case/refusal.ts';
import { explainSize, type SizeExplanation } from '../engine/estimate/explain-size.ts';
import { GO_VERSIONS } from '../engine/go-versions.ts';
import { SizeClasses } from '../engine/sizes/size-classes.ts';
import { latestHeapProfile } from './profile.ts';
import type { CaseSession } from './service.ts';

export interface ExplainDocument {
  readonly request_bytes: number;
  readonly versions: readonly (Omit<SizeExplanation, 'requestBytes'> & { readonly go: string })[];
}

/** With and without pointers, in every version modelled or in one. `requestBytes`: 1 to 2^40. */
export function explainRequest(requestBytes: number, goMinor: number | undefined): ExplainDocument {
  const versions = GO_VERSIONS.filter((v) => goMinor === undefined || v.minor === goMinor);
  if (versions.length === 0) throw new Refusal('whatif/go_unsupported', { version: `1.${goMinor}` });
  return {
    request_bytes: requestBytes,
    versions: versions.flatMap((version) => {
      const classes = new SizeClasses(version);
      return [false, true].map((isNoscan) => {
        const { requestBytes: _, ...rest } = explainSize(classes, requestBytes, isNoscan);
        return { go: `1.${version.minor}`, ...rest };
      });
    }),
  };
}

/** Of the last MemStats with BySize; without one, of the latest heap profile. @throws Refusal `census/*` by name of what is missing */
export function censusOfCase(session: CaseSession): HeapCensus {
  const { data } = session.analysis;
  const counted = censusOf(data);
  if (!('missing' in counted)) return counted;
  const profile = latestHeapProfile(session);
  const fromProfile = profile ? censusOfProfile(data, profile.evidence, profile.model) : counted;
  if (!('missing' in fromProfile)) return fromProfile;
  throw new Refusal(codes[fromProfile.missing]);
}

const codes = { no_by_size: 'census/no_by_size', no_heap_inuse: 'census/no_heap_inuse' } as const satisfies Record<
  CensusRefusal,
  string
>;
