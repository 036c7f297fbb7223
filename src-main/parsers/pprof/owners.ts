/**
 * Who in the program asked for it: each sample is charged to the innermost frame that is the program's own code, since `bytes.growSlice` or
 * `runtime.mallocgc` at the leaf tells nobody what to change.
 */
import { type CodeOwner, ownerOf } from './go-symbols.ts';
import { frameName, type ProfileModel } from './profile-model.ts';

export interface OwnerRow {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** One value per sample type. */
  readonly values: readonly number[];
  /** The function that allocated for it: the leaf. */
  readonly leaf: string;
  /** The program's frames from the owner outwards, at most 12: who called it. */
  readonly callers: readonly string[];
}

const callersKept = 12;
/** Whose frame a sample is charged to: the program's before another module's, that before native code, Go's own last. */
const ranks: Readonly<Record<CodeOwner, number>> = {
  main: 3,
  module: 3,
  dependency: 2,
  native: 1,
  standard: 0,
  runtime: 0,
};
/** Above all others: decides the stack wherever it stands in it. */
const ownAccount = 4;

/**
 * At most `limit` rows, by falling value of `order` (a sample type).
 *
 * @param isOnOwnAccount a stack with such a function is charged to its leaf: what it did was not asked for by the program
 */
export function owners(
  profile: ProfileModel,
  order: number,
  limit: number,
  isOnOwnAccount?: (functionName: string) => boolean,
): readonly OwnerRow[] {
  const rank = new Int8Array(profile.lineFunction.length);
  for (let i = 0; i < rank.length; i++) {
    const { function: name, file } = frameName(profile, i);
    rank[i] = isOnOwnAccount?.(name) ? ownAccount : ranks[ownerOf(name, file)];
  }
  const types = Math.max(1, profile.sampleTypes.length);
  const rows = new Map<string, { row: OwnerRow; values: number[]; weight: number }>();
  for (let s = 0; s < profile.sampleCount; s++) {
    let best = -1;
    let bestRank = 0;
    let leafLine = -1;
    const own: number[] = [];
    for (let k = profile.stackStart[s] as number; k < (profile.stackStart[s + 1] as number); k++) {
      const location = profile.stackLocations[k] as number;
      for (let i = profile.lineStart[location] as number; i < (profile.lineStart[location + 1] as number); i++) {
        if (leafLine < 0) leafLine = i;
        if ((rank[i] as number) > bestRank) {
          bestRank = rank[i] as number;
          best = i;
        }
        if ((rank[i] as number) >= 2) own.push(i);
      }
    }
    if (best < 0 || bestRank === ownAccount) best = leafLine;
    if (best < 0) continue;
    const at = frameName(profile, best);
    const key = `${at.function}\n${at.file}\n${at.line}`;
    let entry = rows.get(key);
    const weight = Math.abs(profile.values[s * types + order] as number);
    if (!entry || weight > entry.weight) {
      // called by and through: as in the heaviest of its samples
      const from = own.indexOf(best) + 1;
      const callers = own.slice(from, from + callersKept).map((i) => frameName(profile, i).function);
      const values = entry?.values ?? new Array<number>(types).fill(0);
      entry = { row: { ...at, values, leaf: frameName(profile, leafLine).function, callers }, values, weight };
      rows.set(key, entry);
    }
    for (let v = 0; v < types; v++)
      entry.values[v] = (entry.values[v] as number) + (profile.values[s * types + v] as number);
  }
  return [...rows.values()]
    .map((e) => e.row)
    .sort(
      (a, b) =>
        (b.values[order] as number) - (a.values[order] as number) ||
        (a.function < b.function ? -1 : 1) ||
        a.line - b.line,
    )
    .slice(0, limit);
}
