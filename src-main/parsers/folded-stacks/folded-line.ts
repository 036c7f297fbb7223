/**
 * `root;middle;leaf 12`: a stack a line, as FlameGraph's scripts, async-profiler, py-spy and others write it; with two numbers it is the difference of
 * two recordings (`difffolded.pl`: before, after).
 *
 * @source github.com/brendangregg/FlameGraph stackcollapse-*.pl, difffolded.pl
 */
export interface FoldedLine {
  /** Root first. */
  readonly frames: readonly string[];
  readonly values: readonly number[];
}

const number = /^\d{1,15}(?:\.\d{1,9})?$/;

export function parseFolded(text: string): FoldedLine | undefined {
  const words = text.slice(-64).split(' ');
  const last = words.pop() ?? '';
  if (!number.test(last) || words.length === 0) return undefined;
  const before = words.pop() ?? '';
  const isDifference = words.length > 0 && number.test(before);
  const length = text.length - last.length - 1 - (isDifference ? before.length + 1 : 0);
  if (length <= 0) return undefined;
  const frames = text.slice(0, length).split(';', 2_000);
  if (frames.some((f) => f === '')) return undefined;
  return { frames, values: isDifference ? [Number(before), Number(last)] : [Number(last)] };
}

/** Whether a text of such lines can begin here: enough frames that no table or sentence looks like it. */
export function beginsFolded(text: string): boolean {
  const line = text.includes(';') ? parseFolded(text) : undefined;
  if (!line || line.frames.length < 2 || /^[\d.:T+-]{4,40}$/.test(line.frames[0] as string)) return false;
  if (line.frames.length === 2) return line.frames.every((f) => /^[A-Za-z_[<(*]\S{0,400}$/.test(f));
  return line.frames.every((f) => !/[=,]\s|: /.test(f));
}
