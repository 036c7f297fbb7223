/** Thread entry: the first stage of a parser, ahead of the parse worker that started it. */
import { parentPort } from 'node:worker_threads';
import { EvidenceSource } from '../case/evidence-source.ts';
import type { Ahead } from '../parsers/contract.ts';
import { parsers } from '../parsers/registry.ts';
import type { FromAhead, ToAhead } from './worker-messages.ts';

/** Messages under way: enough that neither thread waits for the other's turn. */
const mostUnderWay = 12;

if (!parentPort) throw new Error('ahead-worker is a thread entry');
const port = parentPort;

class Way implements Ahead {
  taken = 0;
  private posted = 0;
  private goOn: (() => void) | undefined;

  post(message: unknown): void {
    this.posted++;
    send({ kind: 'said', message });
  }

  wasTaken(count: number): void {
    this.taken += count;
    if (this.posted - this.taken >= mostUnderWay) return;
    this.goOn?.();
    this.goOn = undefined;
  }

  room(): Promise<void> | undefined {
    if (this.posted - this.taken < mostUnderWay) return undefined;
    return new Promise((resolve) => {
      this.goOn = resolve;
    });
  }
}

let way = new Way();

port.on('message', (message: ToAhead) => {
  if (message.kind === 'taken') way.wasTaken(message.count);
  else void run(message);
});

function send(message: FromAhead): void {
  port.postMessage(message);
}

async function run({ parser, spec, budgets }: Extract<ToAhead, { kind: 'read' }>): Promise<void> {
  way = new Way();
  const own = way;
  try {
    const source = new EvidenceSource(
      spec,
      budgets,
      (warning) => send({ kind: 'warning', warning }),
      (bytes) => send({ kind: 'progress', bytes }),
      () => undefined,
    );
    await parsers.find(({ id }) => id === parser)?.readAhead?.(source, own, { signal: new AbortController().signal });
    send({ kind: 'done' });
  } catch (error) {
    send({ kind: 'crashed', reason: String(error instanceof Error ? error.message : error) });
  }
}
