/**
 * All stacks of a trace, each once. A frame is (pc, function, file, line); a stack is a list of frame indexes, leaf first. Stack 0 is
 * "no stack".
 */
import { limits } from '../limits.ts';
import { grownF64, grownU32 } from './growth.ts';

/** Index of the stack that is none. */
export const noStack = 0;
/** What stands for a frame for which there is no room. */
export const noFrame = 0xffff_ffff;

/** Frames added since the last call. Strings are indexes of the string table. */
export interface NewFrames {
  readonly first: number;
  readonly pc: Float64Array;
  readonly functionString: Uint32Array;
  readonly fileString: Uint32Array;
  readonly line: Uint32Array;
}

/** Stacks added since the last call: frames of stack `first + i` are `frames[offsets[i], offsets[i + 1])`, leaf first. */
export interface NewStacks {
  readonly first: number;
  readonly offsets: Uint32Array;
  readonly frames: Uint32Array;
}

export class StackTable {
  private readonly seed = Math.floor(Math.random() * 0x7fff_ffff);

  private framePc = new Float64Array(64);
  private frameFunction = new Uint32Array(64);
  private frameFile = new Uint32Array(64);
  private frameLine = new Uint32Array(64);
  private frameSlots = new Int32Array(64).fill(-1);
  private frameCount = 0;
  private framesHandedOn = 0;

  private starts = new Uint32Array(64);
  private frames = new Uint32Array(256);
  private hashes = new Uint32Array(64);
  private stackSlots = new Int32Array(64).fill(-1);
  private stackCount = 0;
  private stacksHandedOn = 1;

  constructor() {
    this.intern(new Uint32Array(0), 0);
  }

  /** How many different stacks there are, "no stack" among them. */
  get size(): number {
    return this.stackCount;
  }

  /** Whether there is no room for another stack. */
  get isFull(): boolean {
    return this.stackCount > limits.stacks || this.frameCount > limits.frames;
  }

  /** Index of a frame, new or known; `noFrame` when there are too many. */
  internFrame(pc: number, functionString: number, fileString: number, line: number): number {
    const mask = this.frameSlots.length - 1;
    let at = this.frameHash(pc, functionString, line) & mask;
    for (;;) {
      const i = this.frameSlots[at];
      if (i < 0) break;
      if (
        this.framePc[i] === pc &&
        this.frameFunction[i] === functionString &&
        this.frameLine[i] === line &&
        this.frameFile[i] === fileString
      ) {
        return i;
      }
      at = (at + 1) & mask;
    }
    if (this.frameCount > limits.frames) return noFrame;
    const index = this.frameCount++;
    this.framePc = grownF64(this.framePc, this.frameCount);
    this.frameFunction = grownU32(this.frameFunction, this.frameCount);
    this.frameFile = grownU32(this.frameFile, this.frameCount);
    this.frameLine = grownU32(this.frameLine, this.frameCount);
    this.framePc[index] = pc;
    this.frameFunction[index] = functionString;
    this.frameFile[index] = fileString;
    this.frameLine[index] = line;
    this.frameSlots[at] = index;
    if (this.frameCount > 0.7 * this.frameSlots.length) this.rehashFrames();
    return index;
  }

  /** Index of the stack of the first `depth` frame indexes in `frames`, leaf first; `noStack` when there are too many. */
  intern(frames: Uint32Array, depth: number): number {
    const hash = this.stackHash(frames, depth);
    const mask = this.stackSlots.length - 1;
    let at = hash & mask;
    for (;;) {
      const i = this.stackSlots[at];
      if (i < 0) break;
      if (this.hashes[i] === hash && this.equals(i, frames, depth)) return i;
      at = (at + 1) & mask;
    }
    if (this.isFull) return noStack;
    const index = this.stackCount++;
    const start = this.starts[index];
    this.starts = grownU32(this.starts, this.stackCount + 1);
    this.hashes = grownU32(this.hashes, this.stackCount);
    this.frames = grownU32(this.frames, start + depth);
    for (let i = 0; i < depth; i++) this.frames[start + i] = frames[i];
    this.starts[this.stackCount] = start + depth;
    this.hashes[index] = hash;
    this.stackSlots[at] = index;
    if (this.stackCount > 0.7 * this.stackSlots.length) this.rehashStacks();
    return index;
  }

  depthOf(stack: number): number {
    return this.starts[stack + 1] - this.starts[stack];
  }

  takeNewFrames(): NewFrames | undefined {
    const first = this.framesHandedOn;
    const end = this.frameCount;
    if (first === end) return undefined;
    this.framesHandedOn = end;
    return {
      first,
      pc: this.framePc.slice(first, end),
      functionString: this.frameFunction.slice(first, end),
      fileString: this.frameFile.slice(first, end),
      line: this.frameLine.slice(first, end),
    };
  }

  takeNewStacks(): NewStacks | undefined {
    const first = this.stacksHandedOn;
    const end = this.stackCount;
    if (first === end) return undefined;
    this.stacksHandedOn = end;
    const from = this.starts[first];
    const offsets = new Uint32Array(end - first + 1);
    for (let i = 0; i < offsets.length; i++) offsets[i] = this.starts[first + i] - from;
    return { first, offsets, frames: this.frames.slice(from, this.starts[end]) };
  }

  private equals(index: number, frames: Uint32Array, depth: number): boolean {
    const from = this.starts[index];
    if (this.starts[index + 1] - from !== depth) return false;
    for (let i = 0; i < depth; i++) if (this.frames[from + i] !== frames[i]) return false;
    return true;
  }

  private frameHash(pc: number, functionString: number, line: number): number {
    let h = this.seed ^ (pc | 0) ^ Math.imul((pc / 0x1_0000_0000) | 0, 0x85eb_ca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d);
    h = Math.imul(h ^ functionString, 0x0100_0193);
    h = Math.imul(h ^ line, 0x45d9_f3b5);
    return (h ^ (h >>> 14)) >>> 0;
  }

  private stackHash(frames: Uint32Array, depth: number): number {
    let h = this.seed ^ depth;
    for (let i = 0; i < depth; i++) {
      h = Math.imul(h ^ frames[i], 0x2c1b_3c6d);
      h ^= h >>> 15;
    }
    return Math.imul(h, 0x45d9_f3b5) >>> 0;
  }

  private rehashFrames(): void {
    const slots = new Int32Array(this.frameSlots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let i = 0; i < this.frameCount; i++) {
      let at = this.frameHash(this.framePc[i], this.frameFunction[i], this.frameLine[i]) & mask;
      while (slots[at] >= 0) at = (at + 1) & mask;
      slots[at] = i;
    }
    this.frameSlots = slots;
  }

  private rehashStacks(): void {
    const slots = new Int32Array(this.stackSlots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let i = 0; i < this.stackCount; i++) {
      let at = this.hashes[i] & mask;
      while (slots[at] >= 0) at = (at + 1) & mask;
      slots[at] = i;
    }
    this.stackSlots = slots;
  }
}
