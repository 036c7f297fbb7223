import { type ReplayResult, replayFile, runVectorFile } from '../../../api/engine.ts';
import { type Command, exit, type Invocation, isSet, text, UsageError } from '../command.ts';

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
  const stopped = result.source === 'oplog' ? result.stopped : undefined;
  if (stopped !== undefined)
    terminal.warn(`${path}: stopped at record ${stopped.record}: ${stopped.message} (line ${stopped.line})`);
  const problems = result.source === 'trace' ? result.problems : [];
  for (const problem of problems)
    if (problem.severity !== 'info') terminal.warn(`${path}: ${problem.code} (offset ${problem.offset})`);
  if (isSet(values, 'json')) {
    const { addresses, ...head } = result;
    const document = { label: 'replayed', ...head, stopped: stopped ?? null };
    if (addresses === undefined) await terminal.json(document);
    else
      await terminal.jsonWithRows(
        document,
        'addresses',
        'length' in addresses && Array.isArray(addresses) ? addresses : logRows(result),
      );
  } else await terminal.line(describe(result));
  const hasLosses = stopped !== undefined || problems.some((p) => p.severity !== 'info');
  return hasLosses ? exit.doneWithLosses : exit.done;
}

function* logRows(result: ReplayResult) {
  if (result.source !== 'oplog' || result.addresses === undefined) return;
  const { length, record, letter, predicted, recorded } = result.addresses;
  for (let i = 0; i < length; i++)
    yield { event: record[i], kind: String.fromCharCode(letter[i]), predicted: predicted[i], recorded: recorded[i] };
}

function describe(result: ReplayResult): string {
  const { placement, memstats } = result.checks;
  const scored = memstats.filter((m) => !('isScored' in m) || m.isScored);
  const equal = scored.filter((m) => m.got === m.want).length;
  return [
    `${result.events} events, ${result.spans} spans, ${result.objects} objects`,
    `placement: ${placement.correct} of ${placement.predicted} (replayed)`,
    `MemStats: ${equal} of ${scored.length} equal`,
  ].join('; ');
}
