/**
 * A few threads that parse. A job ends when its parser does, when the caller aborts (the thread is ended at once and another takes its place), or at a
 * limit of time or memory: then the file is said to have failed and the others go on.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ParseRunner } from '../case/case.ts';
import type { EvidenceOutcome } from '../case/store/store.ts';
import type { StoreMessage } from '../case/store/store-message.ts';
import type { WarningSpec } from '../parsers/contract.ts';
import { threadFile } from './thread-file.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const mostThreads = 4;
const youngGenerationMb = 64;
const stopped: EvidenceOutcome = {
  status: 'failed',
  kind: 'unknown',
  confidence: 0,
  parser: undefined,
  parserVersion: undefined,
};

export class ParsePool {
  private readonly size: number;
  private readonly heapMb: number;
  private readonly idle: Worker[] = [];
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private closed = false;

  constructor(size = Math.min(mostThreads, availableParallelism()), heapMb = 1_024) {
    this.size = size;
    this.heapMb = heapMb;
  }

  readonly run: ParseRunner = async (spec, budgets, onMessages, onProgress, signal) => {
    const worker = await this.acquire();
    if (!worker || signal.aborted) {
      if (worker) this.release(worker);
      return stopped;
    }
    const seconds = budgets.parserSeconds + (budgets.parserSecondsPerMb * spec.sizeBytes) / 1e6;
    return await new Promise<EvidenceOutcome>((resolve) => {
      let ended = false;
      const end = (outcome: EvidenceOutcome, keep: boolean) => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
        if (keep) this.release(worker);
        else this.replace(worker);
        resolve(outcome);
      };
      const fail = (warning: WarningSpec) => {
        onMessages([{ kind: 'warning', warning } satisfies StoreMessage]);
        end(stopped, false);
      };
      const abort = () => end(stopped, false);
      const timer = setTimeout(
        () =>
          fail({ code: 'parse/time_limit', severity: 'error', phase: 'read', args: { seconds: Math.round(seconds) } }),
        seconds * 1e3,
      );
      signal.addEventListener('abort', abort);
      worker.on('message', (message: FromWorker) => {
        if (ended) return;
        switch (message.kind) {
          case 'batch':
            onMessages(message.messages);
            worker.postMessage({ kind: 'ack' } satisfies ToWorker);
            return;
          case 'progress':
            onProgress(message.bytes);
            return;
          case 'done':
            end(message.outcome, true);
            return;
          case 'crashed':
            if (message.isOutOfMemory) fail({ code: 'parse/memory_limit', severity: 'error', phase: 'read' });
            else fail({ code: 'parse/crashed', severity: 'error', phase: 'read', args: { reason: message.reason } });
            return;
        }
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          fail({ code: 'parse/memory_limit', severity: 'error', phase: 'read' });
        else fail({ code: 'parse/crashed', severity: 'error', phase: 'read', args: { reason: error.message } });
      });
      worker.on('exit', () =>
        fail({ code: 'parse/crashed', severity: 'error', phase: 'read', args: { reason: 'the thread ended' } }),
      );
      worker.postMessage({ kind: 'parse', spec, budgets } satisfies ToWorker);
    });
  };

  /** Starts the first thread before there is work for it: it is ready once the first file is hashed. */
  warm(): void {
    if (this.busy > 0 || this.idle.length > 0) return;
    const worker = this.spawn();
    const drop = () => {
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
    };
    worker.on('error', drop);
    worker.on('exit', drop);
    worker.unref();
    this.idle.push(worker);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const next of this.waiting.splice(0)) next();
    await Promise.all(this.idle.splice(0).map((worker) => worker.terminate()));
  }

  private async acquire(): Promise<Worker | undefined> {
    while (!this.closed) {
      const worker = this.idle.pop();
      if (worker) {
        for (const event of ['error', 'exit']) worker.removeAllListeners(event);
        worker.ref();
        this.busy++;
        return worker;
      }
      if (this.busy < this.size) {
        this.busy++;
        return this.spawn();
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return undefined;
  }

  private release(worker: Worker): void {
    this.busy--;
    if (this.closed) void worker.terminate();
    else this.idle.push(worker);
    this.waiting.shift()?.();
  }

  private replace(worker: Worker): void {
    void worker.terminate();
    this.busy--;
    this.waiting.shift()?.();
  }

  private spawn(): Worker {
    return new Worker(threadFile('parse-worker'), {
      resourceLimits: { maxOldGenerationSizeMb: this.heapMb, maxYoungGenerationSizeMb: youngGenerationMb },
    });
  }
}
