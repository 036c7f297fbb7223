/** `engine explain`: what a request costs. */
import { Refusal } from '../case/refusal.ts';
import { explainSize, type SizeExplanation } from '../engine/estimate/explain-size.ts';
import { GO_VERSIONS } from '../engine/go-versions.ts';
import { SizeClasses } from '../engine/sizes/size-classes.ts';

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
