// Runs recorded vectors: for each case the engine computes from the inputs what the Go runtime computed, and both are compared.
//
// A document names its set and holds the cases; a set is a function from one case to what was computed (got) and what was recorded
// (want), in the same shape. Nothing of `want` flows into `got` but inputs, so an altered recording fails exactly its case.

import { ContradictionError, InvariantError } from './engine-error.ts';
import { asFields, asList, asString, CaseFormatError, type Fields } from './vectors/case-reader.ts';
import { runGcCpuLimiter, runGcPacer, runMemoryLimitGoal, runPiController } from './vectors/pacer-vectors.ts';
import { runPageAlloc, runScavengeCandidate, runScavengeIndex } from './vectors/page-alloc-vectors.ts';
import { type Outcome, runAddrRanges, runFindBitRange64, runPageCache, runPallocBits } from './vectors/page-vectors.ts';
import { runNextFree, runRoundupsize, runSpanSet } from './vectors/span-vectors.ts';

/** One case: `name` is its id in the file. */
export interface VectorCaseResult {
  readonly name: string;
  readonly ok: boolean;
  readonly got: unknown;
  readonly want: unknown;
}

export interface VectorRunResult {
  readonly set: string;
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly VectorCaseResult[];
}

type CaseRunner = (c: Fields, go: unknown) => Outcome;

const RUNNERS: ReadonlyMap<string, CaseRunner> = new Map<string, CaseRunner>([
  ['palloc_bits', runPallocBits],
  ['find_bit_range64', runFindBitRange64],
  ['page_cache', runPageCache],
  ['page_alloc', runPageAlloc],
  ['scavenge_candidate', runScavengeCandidate],
  ['scavenge_index', runScavengeIndex],
  ['addr_ranges', runAddrRanges],
  ['span_set', runSpanSet],
  ['next_free', runNextFree],
  ['roundupsize', runRoundupsize],
  ['pi_controller', runPiController],
  ['gc_cpu_limiter', runGcCpuLimiter],
  ['memory_limit_goal', runMemoryLimitGoal],
  ['gc_pacer', runGcPacer],
]);

/** Names of the sets that runVectors knows. */
export const VECTOR_SETS: readonly string[] = [...RUNNERS.keys()];

/**
 * Runs all cases of a parsed vector document ({set, cases}). A case of the wrong shape fails and says why in `got`. Throws
 * CaseFormatError if the document itself is none, or its set unknown.
 */
export function runVectors(document: unknown): VectorRunResult {
  const { set, cases, go } = asFields(document, 'vector document');
  const name = asString(set, 'set');
  const runner = RUNNERS.get(name);
  if (runner === undefined) throw new CaseFormatError(`set ${name}`, `one of ${VECTOR_SETS.join(', ')}`);
  const results = asList(cases, 'cases').map((item, index) => runCase(runner, item, index, go));
  const passed = results.filter((result) => result.ok).length;
  return { set: name, passed, failed: results.length - passed, cases: results };
}

function runCase(runner: CaseRunner, item: unknown, index: number, go: unknown): VectorCaseResult {
  let name = `#${index}`;
  try {
    const fields = asFields(item, 'case');
    name = asString(fields.id, 'id');
    const { got, want } = runner(fields, go);
    return { name, ok: isDeepEqual(got, want), got, want };
  } catch (error) {
    // A case that describes an impossible heap breaks invariants of the structures it drives: that is the case's fault here.
    if (error instanceof CaseFormatError || error instanceof ContradictionError || error instanceof InvariantError) {
      return { name, ok: false, got: { error: error.message }, want: item };
    }
    throw error;
  }
}

/** Equality of JSON values, exact in numbers. */
function isDeepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isDeepEqual(item, b[i]));
  }
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return false;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    left.length === right.size && left.every(([key, value]) => right.has(key) && isDeepEqual(value, right.get(key)))
  );
}
