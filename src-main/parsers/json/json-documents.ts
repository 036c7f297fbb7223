/**
 * JSON inside a text: one document, one a line, many behind one another with headers between, a document behind an HTTP head. Each value is
 * read whole and given to the shapes (MemStats, expvar, a range query ...) in turn.
 *
 * A document may span lines. To keep a stray brace in a log from swallowing what follows, only a line that can begin JSON opens one, and a line
 * that cannot belong to JSON ends the attempt: the lines held back are then offered to the other readings.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, TextContext } from '../text/reading.ts';
import { deepest, JsonBalance, type JsonValue, parseJson } from './json-exact.ts';

export interface JsonShape {
  /** Reads the value if it is of this shape. `line` is where the document begins. */
  read(value: JsonValue, line: number, context: TextContext): boolean;
  /** Reads the document from its bytes if it is of this shape, before any object is made of it: for shapes of many megabytes. */
  scan?(bytes: Buffer, start: number, end: number, line: number, context: TextContext): boolean;
  /** Takes what can be taken from a document that breaks off; true if there was something. */
  salvage?(text: string, line: number, context: TextContext): boolean;
  reports(): readonly ReadingReport[];
}

const documentLimit = 256 * 2 ** 20;
const canBegin = /^[ \t]*(?:\{[ \t]*$|\{[ \t]*["}]|\[[ \t]*$|\[[ \t]*[\d"{[\]-])/;
const canContinue = /^[ \t]*(?:["{}[\],]|[\d-]|true|false|null|$)/;

export class JsonDocuments implements Reading {
  private readonly shapes: readonly JsonShape[];
  private balance = new JsonBalance();
  private held: { text: string; number: number }[] = [];
  private heldBytes = 0;
  /** True while lines held back are offered to the other readings: this one has had its turn with them. */
  private offering = false;

  constructor(shapes: readonly JsonShape[]) {
    this.shapes = shapes;
  }

  take(line: Line, context: TextContext): boolean {
    if (this.offering) return false;
    if (this.held.length === 0) {
      const first = line.byte(0);
      if (first !== 123 && first !== 91 && first !== 32 && first !== 9) return false;
      if (!canBegin.test(line.head(120))) return false;
      this.balance = new JsonBalance();
    } else if (!canContinue.test(line.head(40))) {
      this.giveUp(context);
      return false;
    }
    const end = this.balance.feed(line.bytes, line.start, line.end);
    if (end < 0) {
      this.heldBytes += line.length;
      if (line.cut || this.heldBytes > documentLimit) {
        this.held = [];
        this.heldBytes = 0;
        context.sink.warn({
          code: 'json/too_large',
          severity: 'data_loss',
          phase: 'read',
          at: { line: line.number },
          args: { limit: documentLimit },
        });
        return true;
      }
      this.held.push({ text: line.text(), number: line.number });
      return true;
    }
    const tail = line.bytes.toString('latin1', end, Math.min(line.end, end + 40)).trim();
    if (tail !== '' && tail !== ',' && this.held.length === 0) return false;
    if (this.held.length === 0 && !this.balance.tooDeep && this.scan(line, end, context)) return true;
    const lastPart = line.bytes.toString('utf8', line.start, end);
    const text = this.held.length === 0 ? lastPart : `${this.held.map((h) => h.text).join('\n')}\n${lastPart}`;
    const at = this.held[0]?.number ?? line.number;
    if (this.balance.tooDeep) {
      this.held = [];
      this.heldBytes = 0;
      context.sink.warn({
        code: 'json/too_deep',
        severity: 'data_loss',
        phase: 'read',
        at: { line: at },
        args: { limit: deepest },
      });
      return true;
    }
    const value = parseJson(text);
    const taken = value !== undefined && this.shapes.some((shape) => shape.read(value, at, context));
    if (!taken && this.held.length > 0) {
      this.held.push({ text: lastPart, number: line.number });
      this.giveUp(context);
      return true;
    }
    this.held = [];
    this.heldBytes = 0;
    return taken;
  }

  private scan(line: Line, end: number, context: TextContext): boolean {
    return this.shapes.some((shape) => shape.scan?.(line.bytes, line.start, end, line.number, context));
  }

  endSection(context: TextContext): void {
    if (this.held.length > 0) this.giveUp(context);
  }

  reports(): readonly ReadingReport[] {
    return this.shapes.flatMap((shape) => shape.reports());
  }

  /** The document breaks off or was none: save what a shape can use, else let the other readings see the lines. */
  private giveUp(context: TextContext): void {
    const held = this.held;
    this.held = [];
    this.heldBytes = 0;
    const first = held[0];
    if (!first) return;
    const text = held.map((h) => h.text).join('\n');
    if (this.shapes.some((shape) => shape.salvage?.(text, first.number, context))) {
      context.sink.warn({ code: 'json/unfinished', severity: 'data_loss', phase: 'read', at: { line: first.number } });
      return;
    }
    this.offering = true;
    for (const h of held) context.reread(h.text, h.number, undefined);
    this.offering = false;
  }
}
