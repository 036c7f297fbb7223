/** How much one import may take, in bytes and numbers. Raised per import by the user, with a journal line. @source security.md section 6 */
export interface Budgets {
  readonly entries: number;
  readonly entryBytes: number;
  readonly allBytes: number;
  /** Share of the free disk that an import may fill. */
  readonly diskShare: number;
  /** Largest ratio of bytes out to bytes in, once more than `ratioFromBytes` came out. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  readonly nesting: number;
  /** Time a parser may take: `parserSeconds` and `parserSecondsPerMb` for each MB. */
  readonly parserSeconds: number;
  readonly parserSecondsPerMb: number;
  readonly workerHeapMb: number;
}

const gibi = 2 ** 30;

export const defaultBudgets: Budgets = {
  entries: 100_000,
  entryBytes: 8 * gibi,
  allBytes: 32 * gibi,
  diskShare: 0.8,
  ratio: 200,
  ratioFromBytes: gibi,
  nesting: 3,
  parserSeconds: 60,
  parserSecondsPerMb: 2,
  workerHeapMb: 1_024,
};
