/** Puts the names of Go's comments to the addresses of the stack above them. Lines of one address, one behind another, are calls inlined into one another. */
import type { ProfileBuilder } from '../profile-builder.ts';
import type { FrameName } from '../profile-model.ts';
import { callBefore, parseSymbolComment } from './stack-words.ts';

export class SymbolComments {
  private address: bigint | undefined;
  private frames: FrameName[] = [];
  private readonly builder: ProfileBuilder;

  constructor(builder: ProfileBuilder) {
    this.builder = builder;
  }

  take(text: string): boolean {
    const symbol = parseSymbolComment(text);
    if (!symbol) return false;
    if (symbol.address !== this.address) this.flush();
    this.address = symbol.address;
    this.frames.push({ function: symbol.function, file: symbol.file, line: symbol.line });
    return true;
  }

  /** The stack is complete. */
  flush(): void {
    if (this.address !== undefined) {
      this.builder.name(this.address, this.frames);
      // old runtimes print the address of the stack itself
      this.builder.name(callBefore(this.address), this.frames);
    }
    this.address = undefined;
    this.frames = [];
  }
}
