import type { CallArgs, CallName, CallResults, ServiceEvent } from '../../src-main/api/contract/calls.ts';
import { downloadBytes } from './download.ts';
import type { GivenFile, OpenSource, WindowBridge } from './window-bridge.ts';

/** What the preload puts on the window. A failed call rejects with the contract's CallError as a plain object. */
export interface ExposedBridge {
  call(name: string, args: unknown): Promise<unknown>;
  subscribe(listener: (event: ServiceEvent) => void): () => void;
  /** A file out of a chosen folder gives the folder. */
  pathsOf(files: readonly File[]): readonly string[];
  /** Where the shell asks for a place itself. */
  save?(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

export class ElectronBridge implements WindowBridge {
  private readonly exposed: ExposedBridge;

  constructor(exposed: ExposedBridge) {
    this.exposed = exposed;
  }

  async call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResults[N]> {
    return (await this.exposed.call(name, args)) as CallResults[N];
  }

  subscribe(listener: (event: ServiceEvent) => void): () => void {
    return this.exposed.subscribe(listener);
  }

  async hand(files: readonly GivenFile[]): Promise<OpenSource> {
    const paths = this.exposed.pathsOf(files.map((f) => f.file));
    return { kind: 'paths', paths: [...new Set(paths)] };
  }

  async save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<boolean> {
    if (this.exposed.save) return await this.exposed.save(name, bytes);
    downloadBytes(name, bytes, type);
    return true;
  }

  watch(): void {
    // the service lives and dies with the window
  }
}
