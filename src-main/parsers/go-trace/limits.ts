/**
 * How many things of a kind a trace may hold at once. A program has a small part of it; a made-up file could name one in every few bytes, and
 * each costs up to some hundred bytes of memory.
 *
 * Where more would mean that the order cannot be told any more, reading stops (`go_trace/too_many`); what only adorns events is left out
 * (`go_trace/dropped`).
 */
export const limits = {
  /** Threads with events in one generation, and in all. The runtime ends a program with 10,000 threads at once (SetMaxThreads). */
  threads: 65_536,
  threadsEver: 1_048_576,
  procs: 65_536,
  /** Event batches in one generation (version 1: in the file). The runtime hands them out in 64 KiB. */
  batches: 1_048_576,
  /** Goroutines alive. */
  goroutines: 4_194_304,
  /** Regions and tasks begun and not ended. */
  regions: 1_048_576,
  tasks: 1_048_576,
  /** CPU samples in one generation (version 1: in the file): 10,000 seconds of a processor at the usual rate. Left out beyond. */
  cpuSamples: 1_048_576,
  /** Different stacks, frames and types of a trace. Left out beyond. */
  stacks: 2_097_152,
  frames: 2_097_152,
  types: 262_144,
} as const;
