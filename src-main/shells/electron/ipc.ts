/**
 * The only place that touches `ipcMain`. A message is answered when it comes from the main frame of a window of ours, showing a document of ours, and
 * is not too large; all else is refused without a look at it. The arguments themselves are checked by the desk against the contract.
 */
import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { isOwnUrl } from './origin.ts';
import { sizeOf } from './size-of.ts';

const largestArguments = 8 * 2 ** 20;
const largestFile = 512 * 2 ** 20;
const largestResult = 256 * 2 ** 20;

export class RefusedMessage extends Error {}

/** @throws RefusedMessage unless the message came from a document of ours */
export function assertOurs(event: IpcMainInvokeEvent | IpcMainEvent): void {
  const frame = event.senderFrame;
  if (!frame || frame.parent !== null || !isOwnUrl(frame.url)) throw new RefusedMessage('sender');
}

/** Registers the one answer of a channel. */
export function answer(
  channel: string,
  kind: 'call' | 'file',
  run: (event: IpcMainInvokeEvent, ...args: readonly unknown[]) => Promise<unknown>,
): void {
  const limit = kind === 'file' ? largestFile : largestArguments;
  ipcMain.handle(channel, async (event, ...args: unknown[]) => {
    assertOurs(event);
    if (args.length > 2 || sizeOf(args, limit) > limit) throw new RefusedMessage('too large');
    const result = await run(event, ...args);
    if (sizeOf(result, largestResult) > largestResult) throw new RefusedMessage('result too large');
    return result;
  });
}

/** Registers what is done with a message that asks for no answer but must have arrived before the next one: the sender waits. */
export function hear(channel: string, run: (...args: readonly unknown[]) => void): void {
  ipcMain.on(channel, (event, ...args: unknown[]) => {
    event.returnValue = false;
    assertOurs(event);
    if (sizeOf(args, largestArguments) > largestArguments) throw new RefusedMessage('too large');
    run(...args);
    event.returnValue = true;
  });
}
