import { CaseSession } from '../../../api/service.ts';
import { Case } from '../../../case/case.ts';
import { type Command, exit, isSet, UsageError } from '../command.ts';

export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify CASE [--json]',
  options: {},
  async run({ args, values, terminal }) {
    const [folder] = args;
    if (folder === undefined) throw new UsageError('verify needs a case folder');
    const session = new CaseSession(Case.open(folder));
    try {
      const v = session.verify();
      const document = {
        ok: v.ok,
        evidence: v.evidence,
        journal: {
          entries: v.journal.entries,
          chain_ok: v.journal.chainOk,
          broken_at: v.journal.brokenAt ?? null,
          head: v.journal.head,
        },
      };
      if (isSet(values, 'json')) await terminal.json(document);
      else {
        for (const e of v.evidence)
          if (!e.ok)
            await terminal.line(
              `${e.path}: ${e.fault}${e.blocks && e.blocks.length > 0 ? ` (MiB ${e.blocks.join(', ')})` : ''}`,
            );
        if (!v.journal.chainOk) await terminal.line(`journal: chain broken at line ${v.journal.brokenAt}`);
        await terminal.line(
          v.ok ? `ok: ${v.evidence.length} evidence, ${v.journal.entries} journal entries` : 'NOT OK',
        );
      }
      return v.ok ? exit.done : exit.doneWithLosses;
    } finally {
      session.close();
    }
  },
};
