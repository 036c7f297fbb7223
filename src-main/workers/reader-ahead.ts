/**
 * A thread that does the first stage of a parser ahead of the parse worker, so that two processors work on one file. It is started when it is first
 * needed and kept. Its memory is limited as the parse worker's is.
 */
import { resourceLimits, Worker } from 'node:worker_threads';
import type { WarningSpec } from '../parsers/contract.ts';
import { threadFile } from './thread-file.ts';
import type { FromAhead, ToAhead } from './worker-messages.ts';

/** What the parse worker does with what comes. */
export interface AheadHooks {
  readonly take: (message: unknown) => void;
  readonly warn: (warning: WarningSpec) => void;
  readonly progress: (bytes: number) => void;
  /** Waits while what was said of it has not been taken in turn. */
  readonly ready: () => Promise<void> | undefined;
}

/** Taken messages are said together: far fewer than may be under way, or both threads would wait. */
const takenAtOnce = 4;

export class ReaderAhead {
  private thread: Worker | undefined;
  private untold = 0;

  /** Reads one file; one at a time. Fails where the thread does, with its error. */
  async run(file: Omit<Extract<ToAhead, { kind: 'read' }>, 'kind'>, hooks: AheadHooks): Promise<void> {
    this.thread ??= new Worker(threadFile('ahead-worker'), { resourceLimits });
    const { thread } = this;
    this.untold = 0;
    try {
      await new Promise<void>((resolve, reject) => {
        thread.on('message', (message: FromAhead) => {
          try {
            if (message.kind === 'done') resolve();
            else if (message.kind === 'crashed') reject(new Error(message.reason));
            else if (message.kind === 'warning') hooks.warn(message.warning);
            else if (message.kind === 'progress') hooks.progress(message.bytes);
            else void this.take(message.message, hooks).catch(reject);
          } catch (error) {
            reject(error);
          }
        });
        thread.on('error', reject);
        thread.on('exit', () => reject(new Error('the thread ended')));
        thread.postMessage({ kind: 'read', ...file } satisfies ToAhead);
      });
    } catch (error) {
      this.thread = undefined;
      void thread.terminate();
      throw error;
    } finally {
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
    }
  }

  private async take(message: unknown, { take, ready }: AheadHooks): Promise<void> {
    take(message);
    await ready();
    this.untold++;
    if (this.untold < takenAtOnce) return;
    this.thread?.postMessage({ kind: 'taken', count: this.untold } satisfies ToAhead);
    this.untold = 0;
  }
}
