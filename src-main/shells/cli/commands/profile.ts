import { profileOf } from '../../../api/profile.ts';
import { type Command, exit, isSet, text, UsageError, wholeNumber } from '../command.ts';

export const profileCommand: Command = {
  name: 'profile',
  usage: 'profile FILE|BUNDLE [--sample TYPE] [--base FILE] [--focus RE] [--top N] [--json]',
  options: {
    sample: { type: 'string' },
    base: { type: 'string' },
    focus: { type: 'string' },
    top: { type: 'string' },
  },
  async run({ args, values, terminal, service, signal }) {
    const [input] = args;
    if (input === undefined || args.length > 1) throw new UsageError('profile needs one file or bundle');
    const answer = await profileOf(service, input, {
      sample: text(values, 'sample'),
      base: text(values, 'base'),
      focus: patternOf(text(values, 'focus')),
      top: wholeNumber(values, 'top', 1, 1_000_000),
      signal,
    });
    if (isSet(values, 'json')) await terminal.json(answer);
    else {
      await terminal.line(`${answer.sample_type}/${answer.unit} total ${answer.total}`);
      for (const r of answer.rows)
        await terminal.line(
          `${String(r.flat).padStart(14)} ${String(r.cum).padStart(14)}  ${r.function}${r.file ? ` ${r.file}:${r.line}` : ''}`,
        );
    }
    return exit.done;
  },
};

function patternOf(value: string | undefined): RegExp | undefined {
  if (value === undefined) return undefined;
  try {
    return new RegExp(value);
  } catch {
    throw new UsageError(`--focus: not a regular expression: ${value}`);
  }
}
