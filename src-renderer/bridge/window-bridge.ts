import type { Bridge, CallArgs, CallError } from '../../src-main/api/contract/calls.ts';

export type OpenSource = CallArgs<'case.open'>['source'];

/** A file somebody chose or dropped; `name` may hold the folders it came from. */
export interface GivenFile {
  readonly file: File;
  readonly name: string;
}

export interface Handover {
  readonly progress: (doneBytes: number, totalBytes: number, name: string) => void;
  readonly signal: AbortSignal;
}

/** The contract's bridge and the few things that differ between the shells. */
export interface WindowBridge extends Bridge {
  /** Hands files to the service: by path, or by sending them. */
  hand(files: readonly GivenFile[], handover: Handover): Promise<OpenSource>;
  /** Keeps bytes as a file of the user's; false where they changed their mind. */
  save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<boolean>;
  /** Called with false when the service is gone, with true when it answers again. */
  watch(listener: (isThere: boolean) => void): void;
}

/** Whatever a call threw, in the contract's shape. */
export function toCallError(reason: unknown): CallError {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && 'message' in reason) {
    const { code, message } = reason;
    const args = 'args' in reason && typeof reason.args === 'object' && reason.args !== null ? reason.args : {};
    return {
      code: String(code),
      args: { ...args } as CallError['args'],
      message: String(message),
      unsafe: 'unsafe' in reason && reason.unsafe === true,
    };
  }
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: 'error/internal', args: { reason: message }, message, unsafe: false };
}
