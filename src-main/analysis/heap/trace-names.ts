/** What the numbers in the tables of a trace name: strings, types, functions. Read when first asked for. */
import type { TableReader } from '../../case/store/tables.ts';
import type { TableColumn } from '../../parsers/contract.ts';

export interface TypeName {
  readonly name: string;
  readonly sizeBytes: number;
  /** Length of the part that can hold pointers; 0 for none. */
  readonly pointerBytes: number;
}

export interface FrameName {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export class TraceNames {
  private readonly tables: TableReader;
  private readonly evidence: number;
  private stringsRead: readonly string[] | undefined;
  private typesRead: readonly TypeName[] | undefined;
  private framesRead: readonly FrameName[] | undefined;
  private stacksRead: readonly Uint32Array[] | undefined;
  /** First stack of each goroutine. */
  private readonly starts = new Map<number, number>();
  private areStartsRead = false;
  private transitionsRead = 0;

  constructor(tables: TableReader, evidence: number) {
    this.tables = tables;
    this.evidence = evidence;
  }

  string(index: number): string {
    return this.strings()[index] ?? '';
  }

  /** A type by its number in the tables; undefined for 0, "no type" (the runtime says none for memory without pointers). */
  type(index: number): TypeName | undefined {
    if (!this.typesRead) {
      const out: TypeName[] = [];
      this.each('types', ({ sizeBytes, pointerBytes, nameString }) => {
        nameString?.forEach((name, i) => {
          out.push({
            name: this.string(name),
            sizeBytes: sizeBytes?.[i] as number,
            pointerBytes: pointerBytes?.[i] as number,
          });
        });
      });
      this.typesRead = out;
    }
    return this.typesRead[index - 1];
  }

  /** Frames of a stack, leaf first; empty for 0. */
  stack(index: number): readonly FrameName[] {
    if (!this.stacksRead) {
      const out: Uint32Array[] = [];
      this.each('stacks', ({ depths, frames }) => {
        let at = 0;
        depths?.forEach((depth) => {
          out.push((frames as Uint32Array).slice(at, at + depth));
          at += depth;
        });
      });
      this.stacksRead = out;
    }
    return Array.from(this.stacksRead[index - 1] ?? [], (frame) => this.frame(frame));
  }

  /**
   * The function a goroutine began with, as far as the trace tells: the outermost frame of its first stack. Of one older than the trace that is the
   * first place where it blocked or woke another, so its events are read up to there.
   */
  goroutineFunction(goroutine: number): string {
    this.readStarts();
    while (!this.starts.has(goroutine) && this.readTransitions());
    return this.stack(this.starts.get(goroutine) ?? 0).at(-1)?.function ?? '';
  }

  /** The function a goroutine began with, by its begin alone; empty for one older than the trace that shows no stack then. */
  startFunction(goroutine: number): string {
    this.readStarts();
    return this.stack(this.starts.get(goroutine) ?? 0).at(-1)?.function ?? '';
  }

  private readStarts(): void {
    if (this.areStartsRead) return;
    this.areStartsRead = true;
    this.each('goroutines', ({ id, startStack }) => {
      id?.forEach((g, i) => {
        this.noteStack(g, startStack?.[i] as number);
      });
    });
  }

  /** One more chunk of transitions; false behind the last. */
  private readTransitions(): boolean {
    const columns = this.tables.columns(this.evidence, 'transitions', this.transitionsRead++, ['goroutine', 'stack']);
    columns?.goroutine?.forEach((g, i) => {
      this.noteStack(g, columns.stack?.[i] as number);
    });
    return columns !== undefined;
  }

  private noteStack(goroutine: number, stack: number): void {
    if (stack > 0 && !this.starts.has(goroutine)) this.starts.set(goroutine, stack);
  }

  private frame(index: number): FrameName {
    if (!this.framesRead) {
      const out: FrameName[] = [];
      this.each('frames', ({ functionString, fileString, line }) => {
        functionString?.forEach((f, i) => {
          out.push({
            function: this.string(f),
            file: this.string(fileString?.[i] as number),
            line: line?.[i] as number,
          });
        });
      });
      this.framesRead = out;
    }
    return this.framesRead[index] ?? { function: '', file: '', line: 0 };
  }

  private strings(): readonly string[] {
    if (!this.stringsRead) {
      const out: string[] = [];
      const decoder = new TextDecoder();
      this.each('strings', ({ lengths, bytes }) => {
        let at = 0;
        lengths?.forEach((length) => {
          out.push(decoder.decode((bytes as Uint8Array).subarray(at, at + length)));
          at += length;
        });
      });
      this.stringsRead = out;
    }
    return this.stringsRead;
  }

  private each(table: string, take: (columns: Readonly<Record<string, TableColumn>>) => void): void {
    for (const { seq } of this.tables.chunks(this.evidence, table)) {
      const columns = this.tables.columns(this.evidence, table, seq);
      if (columns) take(columns);
    }
  }
}
