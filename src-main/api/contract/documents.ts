/**
 * The documents that leave the product: shapes of the command line contract, which others script. Fields may be added, never renamed or removed. Times are
 * RFC 3339 in UTC with nanoseconds, or null; sizes are bytes.
 */
import type { Basis, EvidenceKind, EvidenceStatus } from './evidence.ts';
import type { MessageArgs, MessageCode } from './messages.ts';
import type { Unit } from './metrics.ts';

export interface WarningEntry {
  readonly line?: number;
  readonly offset?: number;
  readonly code: MessageCode;
  readonly severity: string;
  readonly message: string;
}

export interface SeriesEntry {
  readonly metric: string;
  readonly unit: Unit;
  readonly labels: Readonly<Record<string, string>>;
  /** Path of the evidence; of the first where several files make one series. */
  readonly evidence: string;
  /** All of them, where there are several. */
  readonly evidence_all?: readonly string[];
  /** Name in the file. */
  readonly source: string;
  readonly label: Basis;
  readonly points: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
}

export interface InspectFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly kind: EvidenceKind | null;
  readonly status: EvidenceStatus | 'unreadable';
  readonly format_version: string | null;
  readonly confidence: number;
  readonly parser: string | null;
  readonly runtime: { readonly name: string; readonly version: string } | null;
  readonly pid: number | null;
  readonly time: { readonly first: string | null; readonly last: string | null; readonly clock: string | null };
  readonly readings: Readonly<
    Record<
      string,
      {
        readonly kind: EvidenceKind;
        readonly taken: number;
        readonly counts: Readonly<Record<string, number | string>>;
      }
    >
  >;
  readonly counts: Readonly<Record<string, number | string>>;
  readonly sample_types?: readonly string[];
  readonly series: readonly SeriesEntry[];
  readonly warnings: readonly WarningEntry[];
  readonly lines: number | null;
  readonly unknown_lines: number | null;
  readonly truncated_at: { readonly line?: number; readonly offset?: number } | null;
}

export interface InspectDocument {
  readonly spanscope: { readonly version: string };
  readonly files: readonly InspectFile[];
}

export interface CoverageEntry {
  readonly kind: string;
  readonly present: boolean;
  readonly count: number;
  readonly title: string;
  readonly why_it_matters: string;
  readonly how_to_collect: string;
}

export interface ClockEntry {
  readonly evidence: string;
  readonly clock: string;
  readonly offset_ns: string;
  readonly uncertainty_ns: string;
  readonly basis: string;
  readonly basis_text: string;
  readonly conflicts: readonly string[];
}

export interface UnplacedClockEntry {
  readonly evidence: string;
  readonly clock: string;
  /** Bases, as in `ClockEntry`. */
  readonly contradicting: readonly string[];
}

export interface LadderRowEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly bytes: number;
  readonly basis: Basis;
  /** Same as `basis`; the name the contract uses. */
  readonly label: Basis;
  readonly title: string;
  readonly definition: string;
  readonly evidence: string;
  readonly line?: number;
  readonly offset?: number;
  readonly from: string;
  readonly age_s: number;
}

export interface LadderDocument {
  readonly at: string | null;
  readonly at_s: number;
  readonly total: number;
  readonly rows: readonly LadderRowEntry[];
  readonly unattributed: number;
  readonly limit: {
    readonly bytes: number;
    readonly evidence: string;
    readonly line?: number;
    readonly offset?: number;
  } | null;
}

export interface FindingEvidence {
  readonly signal: string;
  readonly title: string;
  readonly text: string;
  readonly value: number;
  readonly unit: Unit;
  readonly threshold: number;
  readonly threshold_source: string;
  readonly subject: string;
  readonly label: Basis;
  readonly evidence: string;
  readonly line?: number;
  readonly offset?: number;
}

export interface CulpritEntry {
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  readonly span_class?: number;
  readonly mapping?: string;
  readonly nmt_category?: string;
  readonly setting?: string;
}

/** What the build or the history of the source says of the place a finding points to. */
export interface RelatedEntry {
  readonly kind: 'escape' | 'change';
  readonly text: string;
  readonly evidence: string;
  readonly line: number;
}

export interface FindingEntry {
  readonly rank: number;
  readonly cause: string;
  readonly title: string;
  readonly explanation: string;
  readonly benign: boolean;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly score: number;
  readonly onset: string | null;
  readonly onset_t_rel_s: number | null;
  readonly onset_s: number | null;
  readonly onset_uncertainty_s: number | null;
  readonly onset_metric: string | null;
  readonly culprit: CulpritEntry | null;
  readonly culprits: readonly CulpritEntry[];
  readonly evidence_for: readonly FindingEvidence[];
  readonly evidence_against: readonly FindingEvidence[];
  readonly related: readonly RelatedEntry[];
  readonly missing: readonly { readonly signal: string; readonly title: string; readonly how_to_collect: string }[];
  readonly next_steps: readonly string[];
}

export interface EvidenceEntry {
  readonly id: number;
  readonly path: string;
  readonly kind: EvidenceKind;
  readonly dialect: string;
  readonly status: EvidenceStatus;
  readonly size: number;
  readonly sha256: string;
  readonly confidence: number;
  readonly parser: string | null;
  readonly lines: number | null;
  readonly unknown_lines: number | null;
  readonly time: { readonly first: string | null; readonly last: string | null };
  readonly warnings: readonly WarningEntry[];
  readonly truncated_at: { readonly line?: number; readonly offset?: number } | null;
  /** Numbers of the findings that rest on it. */
  readonly used_by: readonly number[];
}

export interface StatCard {
  readonly key: string;
  readonly title: string;
  /** Already in words; null where it is not known, with the reason in `detail`. */
  readonly value: string | null;
  readonly detail: string;
  readonly raw: number | null;
  readonly at_s: number | null;
  readonly evidence: string | null;
  readonly line?: number;
}

export interface DiagnoseDocument {
  readonly spanscope: { readonly version: string };
  readonly case: {
    readonly id: string;
    readonly name: string;
    readonly runtime: { readonly name: string; readonly version: string } | null;
    readonly process: { readonly name: string | null; readonly pid: number | null; readonly start: string | null };
    readonly window: {
      readonly from: string | null;
      readonly to: string | null;
      readonly seconds: number;
      readonly has_wall: boolean;
    };
  };
  readonly verdict: 'incident' | 'no_incident' | 'undetermined';
  readonly verdict_text: string;
  readonly cards: readonly StatCard[];
  readonly coverage: readonly CoverageEntry[];
  readonly evidence: readonly EvidenceEntry[];
  readonly containers: readonly { readonly path: string; readonly sha256: string; readonly size: number }[];
  readonly notes: readonly {
    readonly evidence: string;
    readonly code: string;
    readonly severity: string;
    readonly message: string;
  }[];
  readonly clock: readonly ClockEntry[];
  /** Clocks that something speaks of, and which are not placed since it contradicts itself. */
  readonly clock_unplaced: readonly UnplacedClockEntry[];
  readonly ladder: LadderDocument | null;
  readonly findings: readonly FindingEntry[];
  readonly ruled_out: readonly {
    readonly cause: string;
    readonly title: string;
    readonly by: string;
    readonly text: string;
  }[];
  readonly journal: { readonly entries: number; readonly head: string; readonly chain_ok: boolean };
}

export type Say = (code: MessageCode, args?: MessageArgs) => string;

export type IntervalEntry = readonly [low: number, high: number];

/** The figures of a what-if, units as measured: counts, bytes, seconds, a share of all CPU. */
export interface WhatIfFigures {
  readonly gc_cycles: number;
  readonly peak_heap_bytes: number;
  readonly peak_total_bytes: number | null;
  readonly peak_rss_bytes: number | null;
  readonly gc_cpu_fraction: number | null;
  readonly total_pause_s: number | null;
}

/** Settings of a what-if; null: as recorded. Sizes are bytes in digits. */
export interface WhatIfAsked {
  readonly gogc: number | 'off' | null;
  readonly memlimit: string | null;
  readonly procs: number | null;
  readonly madvdontneed: 0 | 1 | null;
  readonly go: string | null;
  readonly container_limit: string | null;
  /** Allocation rate against the recorded one; `scale_live`: the live heap grows with it. */
  readonly scale: number | null;
  readonly scale_live: 0 | 1 | null;
}

export interface WhatIfDocument {
  readonly baseline:
    | (WhatIfFigures & {
        readonly label: 'measured';
        /** Of each figure; null where it is not known. */
        readonly basis: Readonly<Record<keyof WhatIfFigures, 'measured' | 'estimated' | null>>;
        readonly evidence: string;
        readonly gogc: number;
        readonly gogc_inferred: boolean;
        /** Lines of gctrace; or samples, from which the cycles were rebuilt. */
        readonly cycles_from: 'gctrace' | 'samples';
        readonly memlimit: string | null;
        readonly procs: number;
        readonly procs_assumed: boolean;
        readonly go: string;
        readonly go_assumed: boolean;
      })
    | null;
  readonly asked: WhatIfAsked;
  readonly predicted:
    | (WhatIfFigures & {
        readonly label: 'simulated';
        readonly runs: number;
        readonly outcome: 'completed' | 'thrashing' | 'killed';
        /** Share of the simulated runs that passed the container limit; null where none is known, or no RSS to hold against it. */
        readonly killed_share: number | null;
        /** Seconds since the recorded run began; null unless the outcome is killed. */
        readonly killed_at_s: number | null;
        readonly killed_at_s_interval: IntervalEntry | null;
      } & {
        readonly [F in keyof WhatIfFigures as `${F}_interval`]: IntervalEntry | null;
      })
    | null;
  /** Replayed over recorded, less 1. `goal` and `trigger`: the pacer alone on recorded inputs, the middle of all cycles. */
  readonly replay_error: Readonly<Partial<Record<keyof WhatIfFigures | 'goal' | 'trigger', number>>>;
  readonly refused: string | null;
  readonly notes: readonly string[];
  /** Typed, or read from the evidence; null where none is known. */
  readonly container_limit: { readonly bytes: number; readonly from: 'asked' | 'evidence' } | null;
  /** Settings worth asking about, each with the finding it follows from. */
  readonly presets: readonly (WhatIfAsked & { readonly cause: string })[];
  /** For a chart: seconds since the start of the process, bytes of heap. */
  readonly curves?: {
    readonly measured: readonly (readonly [number, number])[];
    readonly predicted: readonly (readonly [number, number])[];
  };
}
