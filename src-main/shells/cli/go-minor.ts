/** A version of Go as an option: `1.26`, `go1.26.8`. */
import { UsageError } from './command.ts';

/** 26 for Go 1.26. */
export function goMinorOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parts = /^(?:go)?1\.(\d{1,3})(?:\.\d{1,3})?$/.exec(value);
  if (!parts) throw new UsageError('--go takes a version of Go: 1.26');
  return Number(parts[1]);
}
