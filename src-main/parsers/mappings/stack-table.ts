/** Frames and stacks of a recording, each kept once. Leaf first. */
import type { ProfileBuilder } from '../pprof/profile-builder.ts';
import type { FrameName } from '../pprof/profile-model.ts';

/** @source security.md section 6: bounds of what one file may make us hold */
const mostStacks = 500_000;
const mostFrames = 2_000_000;
const deepest = 1_024;

export class StackTable {
  /** Stacks that found no room; their events are charged to the empty stack. */
  dropped = 0;
  private readonly frames: FrameName[] = [];
  private readonly frameIndex = new Map<string, number>();
  private readonly stacks: (readonly number[])[] = [[]];
  private readonly stackIndex = new Map<string, number>([['', 0]]);

  frame(frame: FrameName): number {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`;
    let index = this.frameIndex.get(key);
    if (index === undefined) {
      if (this.frames.length >= mostFrames) return 0;
      index = this.frames.length;
      this.frames.push(frame);
      this.frameIndex.set(key, index);
    }
    return index;
  }

  /** The number of a stack; 0 is the empty one. */
  stack(frames: readonly number[]): number {
    const kept = frames.length > deepest ? frames.slice(0, deepest) : frames;
    const key = kept.join(' ');
    let index = this.stackIndex.get(key);
    if (index === undefined) {
      if (this.stacks.length >= mostStacks) {
        this.dropped++;
        return 0;
      }
      index = this.stacks.length;
      this.stacks.push([...kept]);
      this.stackIndex.set(key, index);
    }
    return index;
  }

  /** The stack as rows of a profile that is being built. */
  rows(stack: number, builder: ProfileBuilder): number[] {
    return (this.stacks[stack] ?? []).map((f) => builder.frame(this.frames[f] as FrameName));
  }
}
