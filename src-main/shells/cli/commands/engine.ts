import { replayFile, runVectorFile } from '../../../api/engine.ts';
import { type Command, exit, type Invocation, isSet, text, UsageError } from '../command.ts';

type ReplayResult = Awaited<ReturnType<typeof replayFile>>;

export const engineCommand: Command = {
  name: 'engine',
  usage: 'engine run VECTORS.json [--json] | engine replay CAPTURE [--marks FILE] [--addresses] [--json]',
  options: { marks: { type: 'string' }, addresses: { type: 'boolean' } },
  async run(invocation) {
    const [what, path, ...more] = invocation.args;
    if (path === undefined || more.length > 0) throw new UsageError('engine needs run or replay and one file');
    if (what === 'run') return await run(path, invocation);
    if (what === 'replay') return await replay(path, invocation);
    throw new UsageError(`engine ${what}: no such command`);
  },
};

async function run(path: string, { values, terminal }: Invocation): Promise<number> {
  const result = runVectorFile(path);
  if (isSet(values, 'json')) {
    const { cases, ...head } = result;
    await terminal.jsonWithRows(head, 'cases', cases);
  } else {
    for (const c of result.cases)
      if (!c.ok)
        await terminal.line(`${c.name}: got ${JSON.stringify(c.got) ?? ''}, want ${JSON.stringify(c.want) ?? ''}`);
    await terminal.line(`${result.set}: ${result.passed} passed, ${result.failed} failed`);
  }
  return result.failed > 0 ? exit.doneWithLosses : exit.done;
}

async function replay(path: string, { values, terminal, signal }: Invocation): Promise<number> {
  const result = await replayFile(path, {
    marks: text(values, 'marks'),
    hasAddresses: isSet(values, 'addresses'),
    signal,
    progress: (done, total) => terminal.progress(`replay ${((100 * done) / Math.max(1, total)).toFixed(0)} %`),
  });
  const { addresses, stopped, ...head } = result;
  if (stopped !== undefined)
    terminal.warn(`${path}: stopped at record ${stopped.record}: ${stopped.message} (line ${stopped.line})`);
  if (isSet(values, 'json')) {
    const document = { label: 'replayed', ...head, stopped: stopped ?? null };
    if (addresses === undefined) await terminal.json(document);
    else await terminal.jsonWithRows(document, 'addresses', addressRows(addresses));
  } else await terminal.line(describe(result));
  return stopped === undefined ? exit.done : exit.doneWithLosses;
}

function* addressRows(table: NonNullable<ReplayResult['addresses']>) {
  for (let i = 0; i < table.length; i++)
    yield {
      event: table.record[i],
      kind: String.fromCharCode(table.letter[i]),
      predicted: table.predicted[i],
      recorded: table.recorded[i],
    };
}

function describe(result: ReplayResult): string {
  const { placement, memstats } = result.checks;
  const scored = memstats.filter((m) => m.isScored);
  const equal = scored.filter((m) => m.got === m.want).length;
  return [
    `${result.events} events, ${result.spans} spans, ${result.objects} objects`,
    `placement: ${placement.correct} of ${placement.predicted} (replayed)`,
    `MemStats: ${equal} of ${scored.length} equal`,
  ].join('; ');
}
