/** Sniffs and parses one evidence into a stream of messages. Runs inside a worker thread, or in the calling thread in tests. */
import type { ParseOptions, WarningSpec } from '../parsers/contract.ts';
import { MessageSink } from '../parsers/message-sink.ts';
import { sniff } from '../parsers/registry.ts';
import type { Budgets } from './budgets.ts';
import { decodedHead, EvidenceSource, type SourceSpec } from './evidence-source.ts';
import type { EvidenceOutcome } from './store/store.ts';
import { type StoreMessage, storeMessage } from './store/store-message.ts';

/** Smaller files are read sooner than a thread starts. */
const aheadFromBytes = 4 * 2 ** 20;

export interface ParseHooks {
  readonly emit: (message: StoreMessage) => void;
  readonly progress: (bytes: number) => void;
  readonly ready: () => Promise<void> | undefined;
  readonly signal: AbortSignal;
  /** Runs `readAhead` of a parser on the file in another thread; absent where there is none to be had. */
  readonly ahead?: (
    parser: string,
    take: (message: unknown) => void,
    warn: (warning: WarningSpec) => void,
  ) => Promise<void>;
}

export async function parseFile(spec: SourceSpec, budgets: Budgets, hooks: ParseHooks): Promise<EvidenceOutcome> {
  const sink = new MessageSink((message) => hooks.emit(storeMessage(message)));
  const head = await decodedHead(spec.path);
  if (head.length === 0) {
    sink.warn({ code: 'source/empty', severity: 'info', phase: 'sniff' });
    sink.close();
    return { status: 'unknown', kind: 'unknown', confidence: 0, parser: undefined, parserVersion: undefined };
  }
  const verdict = sniff(head, spec.name);
  const { parser } = verdict;
  const outcome = {
    kind: verdict.kind,
    confidence: verdict.confidence,
    parser: parser?.id,
    parserVersion: parser?.version,
  };
  if (!parser) {
    sink.warn({
      code: verdict.recognised ? 'sniff/not_yet' : 'sniff/unknown',
      severity: 'info',
      phase: 'sniff',
      args: { kind: verdict.kind },
    });
    sink.close();
    return { ...outcome, status: verdict.recognised ? 'recognised' : 'unknown' };
  }
  let readings = 0;
  const counted = new MessageSink((message) => {
    if (message.kind === 'reading') readings++;
    hooks.emit(storeMessage(message));
  });
  const warn = (warning: WarningSpec) => counted.warn(warning);
  const source = new EvidenceSource(spec, budgets, warn, hooks.progress, hooks.ready);
  const rest = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await hooks.ready();
  };
  const options: ParseOptions = { signal: hooks.signal, rest };
  const { ahead } = hooks;
  const isWorthIt = ahead !== undefined && parser.readAhead !== undefined && spec.sizeBytes >= aheadFromBytes;
  await parser.parse(
    source,
    counted,
    isWorthIt ? { ...options, ahead: (take) => ahead(parser.id, take, warn) } : options,
  );
  counted.close();
  return { ...outcome, status: readings > 0 ? 'parsed' : 'unknown' };
}
