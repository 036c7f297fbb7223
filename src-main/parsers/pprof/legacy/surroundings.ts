/** What stands around the records of a profile in text: blank lines, the comments that name addresses, the memory map at its end. */
import type { ProfileBuilder } from '../profile-builder.ts';
import { isMemoryMapHead, MemoryMapText } from './memory-map.ts';
import { SymbolComments } from './symbols.ts';

export class Surroundings {
  private readonly builder: ProfileBuilder;
  private readonly symbols: SymbolComments;
  private map: MemoryMapText | undefined;

  constructor(builder: ProfileBuilder) {
    this.builder = builder;
    this.symbols = new SymbolComments(builder);
  }

  /** Whether the line was understood; undefined where it may be a record. */
  take(text: string): boolean | undefined {
    if (this.map) return this.map.take(text);
    const trimmed = text.trim();
    if (trimmed.startsWith('#')) return this.symbols.take(trimmed);
    if (trimmed === '') this.symbols.flush();
    else if (isMemoryMapHead(trimmed)) {
      this.symbols.flush();
      this.map = new MemoryMapText(this.builder.mappings);
    } else return undefined;
    return true;
  }

  /** The stack above is complete. */
  flush(): void {
    this.symbols.flush();
  }
}
