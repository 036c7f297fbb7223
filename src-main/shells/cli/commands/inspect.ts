import type { InspectFile } from '../../../api/contract/documents.ts';
import { formatFileSize } from '../../../api/contract/format.ts';
import { inspectFiles } from '../../../api/inspect.ts';
import { type Command, exit, isSet, UsageError } from '../command.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  usage: 'inspect FILE... [--json]',
  options: {},
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('inspect needs at least one file');
    const { document, hasLosses, isAnyReadable } = await inspectFiles(service, args, signal, (p) =>
      terminal.progress(`${p.phase} ${formatFileSize(p.doneBytes)} ${p.file}`),
    );
    for (const file of document.files)
      for (const w of file.warnings)
        if (w.severity !== 'info') terminal.warn(`${file.path}: ${w.message} (${place(w)})`);
    if (isSet(values, 'json')) await terminal.json(document);
    else for (const file of document.files) await terminal.line(describe(file));
    if (!isAnyReadable) return exit.nothingReadable;
    return hasLosses ? exit.doneWithLosses : exit.done;
  },
};

function place(w: { line?: number; offset?: number; code: string }): string {
  if (w.line !== undefined) return `line ${w.line}`;
  return w.offset !== undefined ? `offset ${w.offset}` : w.code;
}

function describe(file: InspectFile): string {
  const points = file.series.reduce((sum, s) => sum + s.points, 0);
  const what = [
    file.kind ?? 'unreadable',
    file.format_version ?? '',
    formatFileSize(file.size),
    file.series.length > 0 ? `${file.series.length} series, ${points} points` : '',
  ];
  return `${file.path}: ${what.filter((w) => w !== '').join(', ')}`;
}
