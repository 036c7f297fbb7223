/** Settings worth asking about, from what was found: what each cause's advice comes to in numbers of this run. */
import type { Recorded } from './figures.ts';
import type { ContainerLimit } from './outcome.ts';

const MiB = 2 ** 20;
/** Room for what is not Go's heap. @source go.dev/doc/gc-guide "Suggested uses": 5 to 10 % */
const shareOfLimit = 0.9;
const raised = 1.5;

export interface Preset {
  /** Id of the finding it comes from. */
  readonly cause: string;
  readonly gogc?: number;
  /** Bytes, whole MiB. */
  readonly memoryLimit?: number;
  readonly madvdontneed?: boolean;
}

export interface PresetInputs {
  /** Ids of the causes found, the likeliest first. */
  readonly causes: readonly string[];
  readonly gogc: number;
  readonly memoryLimit: bigint | undefined;
  readonly baseline: Recorded;
  readonly containerLimit: ContainerLimit | undefined;
}

/** At most two of each cause; none where a cause is no matter of settings. */
export function presetsOf({ causes, gogc, memoryLimit, baseline, containerLimit }: PresetInputs): readonly Preset[] {
  const underLimit = containerLimit && { memoryLimit: Math.floor((shareOfLimit * containerLimit.bytes) / MiB) * MiB };
  return causes.flatMap((cause): Preset[] => {
    switch (cause) {
      case 'go.gogc_too_high':
        return [
          ...(underLimit && underLimit.memoryLimit > 0 ? [{ cause, ...underLimit }] : []),
          ...(gogc > 100 ? [{ cause, gogc: 100 }] : []),
        ];
      case 'go.memlimit_death_spiral':
        return memoryLimit === undefined
          ? []
          : [{ cause, memoryLimit: Math.ceil((raised * Number(memoryLimit)) / MiB) * MiB }];
      case 'go.alloc_churn': {
        const { peakHeapBytes } = baseline.figures;
        const room = containerLimit === undefined || 2 * peakHeapBytes < containerLimit.bytes;
        return [{ cause, gogc: 2 * gogc }, ...(room ? [{ cause, gogc: 4 * gogc }] : [])];
      }
      case 'go.lazy_release_rss':
        return [{ cause, madvdontneed: true }];
      default:
        return [];
    }
  });
}
