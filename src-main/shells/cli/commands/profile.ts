import { type ProfileRequest, profileOf } from '../../../api/profile.ts';
import { type Granularity, granularities } from '../../../parsers/pprof/nodes.ts';
import { PatternError } from '../../../parsers/pprof/pattern/pattern-parser.ts';
import { type Command, exit, isSet, text, UsageError, wholeNumber } from '../command.ts';

export const profileCommand: Command = {
  name: 'profile',
  usage:
    'profile FILE|BUNDLE [--sample TYPE] [--base FILE] [--diff_base FILE] [--focus RE] [--ignore RE] [--hide RE] [--show RE] [--show_from RE] [--lines] [--granularity functions|filefunctions|files|lines|addresses] [--cum] [--top N] [--json]',
  options: {
    sample: { type: 'string' },
    sample_index: { type: 'string' },
    base: { type: 'string' },
    diff_base: { type: 'string' },
    focus: { type: 'string' },
    ignore: { type: 'string' },
    hide: { type: 'string' },
    show: { type: 'string' },
    show_from: { type: 'string' },
    granularity: { type: 'string' },
    lines: { type: 'boolean' },
    cum: { type: 'boolean' },
    top: { type: 'string' },
  },
  async run({ args, values, terminal, service, signal }) {
    const [input] = args;
    if (input === undefined || args.length > 1) throw new UsageError('profile needs one file or bundle');
    const diffBase = text(values, 'diff_base');
    const request: ProfileRequest = {
      sample: text(values, 'sample') ?? text(values, 'sample_index'),
      base: diffBase ?? text(values, 'base'),
      totalOfBase: diffBase !== undefined,
      focus: text(values, 'focus'),
      ignore: text(values, 'ignore'),
      hide: text(values, 'hide'),
      show: text(values, 'show'),
      showFrom: text(values, 'show_from'),
      granularity: isSet(values, 'lines') ? 'lines' : granularityOf(text(values, 'granularity')),
      sort: isSet(values, 'cum') ? 'cum' : 'flat',
      top: wholeNumber(values, 'top', 1, 1_000_000),
      signal,
    };
    try {
      const answer = await profileOf(service, input, request);
      if (isSet(values, 'json')) await terminal.json(answer);
      else {
        await terminal.line(`${answer.sample_type}/${answer.unit} total ${answer.total}`);
        for (const r of answer.rows)
          await terminal.line(
            `${String(r.flat).padStart(14)} ${String(r.cum).padStart(14)}  ${r.function}${r.file ? ` ${r.file}:${r.line}` : ''}`,
          );
      }
    } catch (error) {
      if (error instanceof PatternError) throw new UsageError(`not a regular expression: ${error.message}`);
      throw error;
    }
    return exit.done;
  },
};

function granularityOf(value: string | undefined): Granularity | undefined {
  if (value === undefined) return undefined;
  const known = granularities.find((g) => g === value);
  if (!known) throw new UsageError(`--granularity: one of ${granularities.join(', ')}`);
  return known;
}
