/** Folded lines gathered into a profile. */
import { ProfileBuilder } from '../pprof/profile-builder.ts';
import type { ProfileModel } from '../pprof/profile-model.ts';
import type { FoldedLine } from './folded-line.ts';

const one = [{ type: 'samples', unit: 'count' }];
const two = [
  { type: 'before', unit: 'count' },
  { type: 'samples', unit: 'count' },
];

export class FoldedProfile {
  private builder: ProfileBuilder | undefined;
  private width = 0;
  /** Lines with another number of values than the first had. */
  misfits = 0;

  get samples(): number {
    return this.builder?.samples ?? 0;
  }

  add({ frames, values }: FoldedLine): boolean {
    if (!this.builder) {
      this.width = values.length;
      this.builder = new ProfileBuilder(values.length === 2 ? two : one, { type: 'samples', unit: 'count' }, 1);
    }
    const { builder } = this;
    if (values.length !== this.width) {
      // a root frame can end in a number; a line of one number too few cannot be told
      if (values.length < this.width) {
        this.misfits++;
        return false;
      }
      const last = `${frames[frames.length - 1]} ${values[0]}`;
      this.put([...frames.slice(0, -1), last], values.slice(1), builder);
      return true;
    }
    this.put(frames, values, builder);
    return true;
  }

  build(): ProfileModel | undefined {
    return this.builder && this.builder.samples > 0 ? this.builder.build() : undefined;
  }

  private put(frames: readonly string[], values: readonly number[], builder: ProfileBuilder): void {
    const rows = frames.map((name) => builder.frame({ function: name, file: '', line: 0 })).reverse();
    builder.add(values, rows);
  }
}
