import { type Command, exit, isSet, UsageError } from '../command.ts';

export const caseCommand: Command = {
  name: 'case',
  usage: 'case rebuild CASE [--json]',
  options: {},
  async run({ args, values, terminal, service }) {
    const [verb, folder] = args;
    if (verb !== 'rebuild' || folder === undefined) throw new UsageError('case knows one verb: case rebuild CASE');
    const session = await service.rebuild(folder);
    try {
      const evidence = session.analysis.data.evidence.length;
      if (isSet(values, 'json')) await terminal.json({ rebuilt: true, evidence });
      else await terminal.line(`rebuilt: ${evidence} evidence`);
      return exit.done;
    } finally {
      session.close();
    }
  },
};
