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

const numbers = / (?:(\d{1,15}(?:\.\d{1,9})?) )?(\d{1,15}(?:\.\d{1,9})?)$/;

export function parseFolded(text: string): FoldedLine | undefined {
  const m = numbers.exec(text.slice(-64));
  if (!m) return undefined;
  const length = text.length - m[0].length;
  if (length <= 0) return undefined;
  const frames = text.slice(0, length).split(';', 2_000);
  if (frames.some((f) => f === '')) return undefined;
  const values = m[1] === undefined ? [Number(m[2])] : [Number(m[1]), Number(m[2])];
  return { frames, values };
}

/** Whether a text of such lines can begin here: enough frames that no table or sentence looks like it. */
export function beginsFolded(text: string): boolean {
  const line = text.includes(';') ? parseFolded(text) : undefined;
  if (!line || line.frames.length < 2 || /^[\d.:T+-]{4,40}$/.test(line.frames[0] as string)) return false;
  if (line.frames.length === 2) return line.frames.every((f) => /^[A-Za-z_[<(*]\S{0,400}$/.test(f));
  return line.frames.every((f) => !/[=,]\s|: /.test(f));
}
