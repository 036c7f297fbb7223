// What changed between Go versions, in one table.
//
// The engine models linux/amd64 from Go 1.19 to 1.26. Nothing else in engine/ compares version numbers: every rule that changed
// is a field here, and code asks for the field. A build may also switch experiments on or off (the suffix `-X:name,name` of
// runtime.Version()); the three that change the allocator are applied on top of the row.

/** What the allocator does in one Go version and set of experiments. Sizes in bytes; 0 means "rule absent". */
export interface GoVersion {
  /** 19 for Go 1.19. */
  readonly minor: number;
  /** Type word in front of an object with pointers. @source malloc.go mallocgcSmallScanHeader */
  readonly mallocHeaderBytes: number;
  /** Objects with pointers above this request size carry the header; up to it the pointer bits lie at the span's end. */
  readonly heapBitsInSpanMaxBytes: number;
  /** Largest request served from a size class; anything above is a large object, with or without pointers. */
  readonly maxSmallRequestBytes: number;
  /** Mark bits inside the span (Green Tea): slot sizes from 16 to 512 lose this many bytes at the span's end. */
  readonly inlineMarkBytes: number;
  /** Share of the limit-derived heap goal kept as headroom, in percent; 1 MiB at least in all versions. @source mgcpacer.go memoryLimitHeapGoal */
  readonly limitHeadroomPercent: number;
  /** The background scavenger skips chunks that are, or just were, nearly full. @source mgcscavenge.go shouldScavenge */
  readonly hasDenseChunkRule: boolean;
  /** The first arena, the offset inside it and the first page are random. @source malloc.go mallocinit */
  readonly hasRandomHeapBase: boolean;
  /** GODEBUG=traceallocfree=1 exists. @source traceallocfree.go */
  readonly hasTraceAllocFree: boolean;
  /** Mappings carry names such as "[anon: Go: heap]" where the kernel allows it. @source set_vma_name_linux.go */
  readonly hasMappingNames: boolean;
}

const GO_1_19: GoVersion = {
  minor: 19,
  mallocHeaderBytes: 0,
  heapBitsInSpanMaxBytes: 0,
  maxSmallRequestBytes: 32768,
  inlineMarkBytes: 0,
  limitHeadroomPercent: 0,
  hasDenseChunkRule: false,
  hasRandomHeapBase: false,
  hasTraceAllocFree: false,
  hasMappingNames: false,
};
const GO_1_20: GoVersion = { ...GO_1_19, minor: 20 };
const GO_1_21: GoVersion = { ...GO_1_20, minor: 21, limitHeadroomPercent: 3, hasDenseChunkRule: true };
const GO_1_22: GoVersion = {
  ...GO_1_21,
  minor: 22,
  mallocHeaderBytes: 8,
  heapBitsInSpanMaxBytes: 512,
  maxSmallRequestBytes: 32760,
};
const GO_1_23: GoVersion = { ...GO_1_22, minor: 23, hasTraceAllocFree: true };
const GO_1_24: GoVersion = { ...GO_1_23, minor: 24 };
const GO_1_25: GoVersion = { ...GO_1_24, minor: 25, hasMappingNames: true };
const GO_1_26: GoVersion = { ...GO_1_25, minor: 26, inlineMarkBytes: 128, hasRandomHeapBase: true };

/** Every supported version, oldest first. */
export const GO_VERSIONS: readonly GoVersion[] = [
  GO_1_19,
  GO_1_20,
  GO_1_21,
  GO_1_22,
  GO_1_23,
  GO_1_24,
  GO_1_25,
  GO_1_26,
];

/** Assumed where nothing names a version. */
export const NEWEST_GO = GO_1_26;

const EXPERIMENTS: Readonly<Record<string, Partial<GoVersion>>> = {
  greenteagc: { inlineMarkBytes: 128 },
  nogreenteagc: { inlineMarkBytes: 0 },
  norandomizedheapbase64: { hasRandomHeapBase: false },
};

/** The row of Go 1.`minor`, or undefined where the engine has none. */
export function goVersionOf(minor: number): GoVersion | undefined {
  return GO_VERSIONS.find((version) => version.minor === minor);
}

/**
 * Reads what runtime.Version() prints, such as `go1.26.8-X:norandomizedheapbase64` or `go1.22.3 X:nocoverageredesign`.
 * Experiments that do not touch the allocator are ignored. Undefined for text of another form or an unsupported version.
 */
export function parseGoVersion(text: string): GoVersion | undefined {
  const parts = /^go1\.([0-9]{1,3})(?:[.a-z0-9]{0,20})?(?:[- ]X:([a-z0-9,]{1,400}))?/.exec(text);
  if (parts === null) return undefined;
  const row = goVersionOf(Number(parts[1]));
  if (row === undefined) return undefined;
  const experiments = (parts[2] ?? '').split(',');
  return Object.assign({}, row, ...experiments.map((name) => EXPERIMENTS[name] ?? {}));
}
