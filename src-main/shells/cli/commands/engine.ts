import { type ReplayResult, replayFile, runVectorFile } from '../../../api/engine.ts';
import { explainRequest } from '../../../api/size-classes.ts';
import { type Command, exit, type Invocation, isSet, text, UsageError } from '../command.ts';
import { goMinorOf } from '../go-minor.ts';

export const engineCommand: Command = {
  name: 'engine',
  usage:
    'engine run VECTORS.json [--json] | engine replay CAPTURE [--marks FILE] [--addresses] [--json] | engine explain BYTES [--go 1.26] [--json] | engine census BUNDLE [--json]',
  options: { marks: { type: 'string' }, addresses: { type: 'boolean' }, go: { type: 'string' } },
  async run(invocation) {
    const [what, path, ...more] = invocation.args;
    if (path === undefined || more.length > 0)
      throw new UsageError('engine needs run, replay, explain or census and one argument');
    if (what === 'run') return await run(path, invocation);
    if (what === 'replay') return await replay(path, invocation);
    if (what === 'explain') return await explain(path, invocation);
    if (what === 'census') return await census(path, invocation);
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

async function explain(size: string, { values, terminal }: Invocation): Promise<number> {
  if (!/^[1-9]\d{0,11}$/.test(size)) throw new UsageError('engine explain takes a number of bytes from 1 to 10^12');
  const document = explainRequest(Number(size), goMinorOf(text(values, 'go')));
  if (isSet(values, 'json')) await terminal.json(document);
  else
    for (const v of document.versions)
      await terminal.line(
        `go ${v.go} ${v.isNoscan ? 'noscan' : 'scan  '} ${v.isLarge ? `large, ${v.npages} pages` : `class ${v.sizeClass} (span class ${v.spanClass})`}, slot ${v.slotBytes}, header ${v.headerBytes}, rounding ${v.roundingBytes}, ${v.nelems} slots in ${v.npages} pages, tail ${v.tailBytes}, ${(100 * v.wasteShare).toFixed(1)} % waste`,
      );
  return exit.done;
}

async function census(path: string, { values, terminal, service, signal }: Invocation): Promise<number> {
  const session = await service.open({ inputs: [path], signal });
  try {
    const { heapEstimates } = session;
    const last = heapEstimates.counts().findLast((c) => c.source === 'by_size') ?? heapEstimates.counts().at(-1);
    const { census: c, moment, ...head } = heapEstimates.censusAt({ index: last?.index ?? 0 });
    if (isSet(values, 'json')) {
      await terminal.json({
        label: 'estimated',
        evidence: last?.path,
        source: moment.source,
        line: last?.line,
        ...head,
        ...c,
      });
    } else {
      for (const r of c.classes)
        await terminal.line(
          `class ${r.sizeClass} (${r.elemBytes} B): ${r.objects} objects, ${r.spans.join(' to ')} spans, ${r.freeSlots.join(' to ')} free slots`,
        );
      await terminal.line(
        `${c.pagesInUse ?? 'unknown'} pages in use, waste ${c.wasteBytes ?? 'unknown'} bytes (estimated, ${moment.source})`,
      );
    }
    return exit.done;
  } finally {
    session.close();
  }
}
