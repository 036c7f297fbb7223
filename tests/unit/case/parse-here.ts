import type { ParseRunner } from '../../../src-main/case/case.ts';
import { parseFile } from '../../../src-main/case/parse-file.ts';

/** Parses in the calling thread. */
export const parseHere: ParseRunner = async (spec, budgets, onMessages, onProgress, signal) =>
  await parseFile(spec, budgets, {
    emit: (m) => onMessages([m]),
    progress: onProgress,
    ready: () => undefined,
    signal,
  });
