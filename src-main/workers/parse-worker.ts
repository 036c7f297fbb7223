/**
 * Thread entry: parses one evidence at a time and sends what the parser says in batches. It waits while more than a few batches have not been
 * taken, so that a fast parser cannot fill memory.
 */
import { availableParallelism } from 'node:os';
import { parentPort, type Transferable } from 'node:worker_threads';
import { parseFile } from '../case/parse-file.ts';
import type { StoreMessage } from '../case/store/store-message.ts';
import { ReaderAhead } from './reader-ahead.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const batchMessages = 256;
const batchBytes = 2 * 2 ** 20;
const unackedLimit = 4;
const progressMs = 50;

if (!parentPort) throw new Error('parse-worker is a thread entry');
const port = parentPort;

const reader = availableParallelism() > 1 ? new ReaderAhead() : undefined;
let unacked = 0;
/** Who waits until the store has taken more. */
const waiting: (() => void)[] = [];

port.on('message', (message: ToWorker) => {
  if (message.kind === 'ack') {
    unacked--;
    if (unacked < unackedLimit) for (const goOn of waiting.splice(0)) goOn();
    return;
  }
  void run(message);
});

function send(message: FromWorker, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}

async function run({ spec, budgets }: Extract<ToWorker, { kind: 'parse' }>): Promise<void> {
  let batch: StoreMessage[] = [];
  let transfer: Transferable[] = [];
  let bytes = 0;
  let lastProgress = 0;
  const flush = () => {
    if (batch.length === 0) return;
    unacked++;
    send({ kind: 'batch', messages: batch }, transfer);
    batch = [];
    transfer = [];
    bytes = 0;
  };
  const progress = (done: number) => {
    const now = performance.now();
    if (now - lastProgress < progressMs) return;
    lastProgress = now;
    send({ kind: 'progress', bytes: done });
  };
  const ready = () =>
    unacked < unackedLimit
      ? undefined
      : new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
  try {
    const outcome = await parseFile(spec, budgets, {
      emit: (message) => {
        batch.push(message);
        if (message.kind === 'chunk') {
          for (const array of [message.chunk.t, message.chunk.position, ...message.chunk.values]) {
            transfer.push(array.buffer);
            bytes += array.byteLength;
          }
        } else if (message.kind === 'packed') {
          transfer.push(message.data.buffer);
          bytes += message.data.byteLength;
        }
        if (batch.length >= batchMessages || bytes >= batchBytes) flush();
      },
      progress,
      ready,
      signal: new AbortController().signal,
      ...(reader && {
        ahead: (parser, take, warn) => reader.run({ parser, spec, budgets }, { take, warn, progress, ready }),
      }),
    });
    flush();
    send({ kind: 'done', outcome });
  } catch (error) {
    flush();
    const reason = String(error instanceof Error ? error.message : error);
    const isOutOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    send({ kind: 'crashed', reason, isOutOfMemory });
  }
}
