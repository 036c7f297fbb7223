/**
 * What of a profile counts: samples left out, frames hidden, stacks cut at the leaf. The profile itself is not touched.
 *
 * The order is that of `go tool pprof`: frames of the measuring are pruned when the profile is read, then come focus, ignore, hide and show, then
 * show_from. The total of a report is taken before the filters.
 *
 * @source github.com/google/pprof profile/prune.go Prune; profile/filter.go FilterSamplesByName, ShowFrom; internal/driver/driver_focus.go
 */
import { Pattern } from './pattern/pattern.ts';
import { PatternError } from './pattern/pattern-parser.ts';
import type { ProfileModel } from './profile-model.ts';

export interface ProfileFilters {
  readonly focus?: Pattern | undefined;
  readonly ignore?: Pattern | undefined;
  readonly hide?: Pattern | undefined;
  readonly show?: Pattern | undefined;
  readonly showFrom?: Pattern | undefined;
}

export class ProfileView {
  readonly profile: ProfileModel;
  /** 0 for samples that do not count. */
  readonly include: Uint8Array;
  /** Where the stack of each sample begins and ends in `stackLocations`, leaf first. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** 0 for lines and for whole locations that are not shown. */
  readonly lineShown: Uint8Array;
  readonly locationShown: Uint8Array;

  constructor(profile: ProfileModel) {
    this.profile = profile;
    this.include = new Uint8Array(profile.sampleCount).fill(1);
    this.from = profile.stackStart.slice(0, profile.sampleCount);
    this.to = profile.stackStart.slice(1, profile.sampleCount + 1);
    this.lineShown = new Uint8Array(profile.lineFunction.length).fill(1);
    this.locationShown = new Uint8Array(profile.lineStart.length - 1).fill(1);
    this.pruneMeasuring();
  }

  filter(filters: ProfileFilters): void {
    const { focus, ignore, hide, show, showFrom } = filters;
    if (focus || ignore || hide || show) this.filterByName(focus, ignore, hide, show);
    if (showFrom) this.showFrom(showFrom);
  }

  /** Frames at the leaf that the profile itself calls uninteresting. */
  private pruneMeasuring(): void {
    const { dropFrames, keepFrames } = this.profile;
    if (dropFrames === '' || this.profile.functionName.length === 0) return;
    let drop: Pattern;
    let keep: Pattern | undefined;
    try {
      drop = new Pattern(dropFrames, true);
      keep = keepFrames === '' ? undefined : new Pattern(keepFrames, true);
    } catch (error) {
      // a pattern that cannot be read prunes nothing, as with the reference reader
      if (error instanceof PatternError) return;
      throw error;
    }
    const dropped = this.matchFunctions((name) => drop.matches(name) && !keep?.matches(name), true);
    if (!dropped.some((d) => d === 1)) return;
    const { lineStart, lineFunction } = this.profile;
    // 0 nothing, 1 everything below this location, 2 this location too
    const prune = new Uint8Array(this.locationShown.length);
    for (let l = 0; l < prune.length; l++) {
      const first = lineStart[l] as number;
      const last = (lineStart[l + 1] as number) - 1;
      for (let i = last; i >= first; i--) {
        const fn = lineFunction[i] as number;
        if (fn < 0 || dropped[fn] === 0) continue;
        prune[l] = i === last ? 2 : 1;
        if (i !== last) this.lineShown.fill(0, first, i + 1);
        break;
      }
    }
    this.cutAtLeaf(prune);
  }

  /** From the root to the leaf: behind the first frame that stays, the first one to prune ends the stack. */
  private cutAtLeaf(prune: Uint8Array): void {
    const { stackLocations } = this.profile;
    for (let s = 0; s < this.include.length; s++) {
      let foundUser = false;
      for (let k = (this.to[s] as number) - 1; k >= (this.from[s] as number); k--) {
        const what = prune[stackLocations[k] as number] as number;
        if (what === 0) {
          foundUser = true;
          continue;
        }
        if (!foundUser) continue;
        this.from[s] = what === 2 ? k + 1 : k;
        break;
      }
    }
  }

  private filterByName(
    focus: Pattern | undefined,
    ignore: Pattern | undefined,
    hide: Pattern | undefined,
    show: Pattern | undefined,
  ): void {
    const focused = focus && this.locationsMatching(focus);
    const ignored = ignore && this.locationsMatching(ignore);
    if (hide) this.hideLines(hide, true);
    if (show) this.hideLines(show, false);
    const { stackLocations } = this.profile;
    for (let s = 0; s < this.include.length; s++) {
      let inFocus = false;
      let shown = false;
      for (let k = this.from[s] as number; k < (this.to[s] as number); k++) {
        const l = stackLocations[k] as number;
        if (ignored?.[l] === 1) {
          inFocus = false;
          break;
        }
        if (!focused || focused[l] === 1) inFocus = true;
        if (this.locationShown[l] === 1) shown = true;
      }
      // a stack with nothing left to show is left out; one that had no frames is kept where nothing is hidden
      if (!inFocus || (!shown && (hide !== undefined || show !== undefined))) this.include[s] = 0;
    }
  }

  private showFrom(pattern: Pattern): void {
    const { profile } = this;
    const byFunction = this.matchFunctions((name, file) => pattern.matches(name) || pattern.matches(file));
    const byMapping = this.matchMappings(pattern);
    const hit = new Uint8Array(this.locationShown.length);
    for (let l = 0; l < hit.length; l++) {
      if ((byMapping[profile.locationMapping[l] as number] ?? 0) === 1) {
        hit[l] = 1;
        continue;
      }
      const first = profile.lineStart[l] as number;
      for (let i = (profile.lineStart[l + 1] as number) - 1; i >= first; i--) {
        if (this.lineShown[i] === 0 || byFunction[profile.lineFunction[i] as number] !== 1) continue;
        hit[l] = 1;
        this.lineShown.fill(0, i + 1, profile.lineStart[l + 1] as number);
        break;
      }
    }
    for (let s = 0; s < this.include.length; s++) {
      let k = (this.to[s] as number) - 1;
      const isHit = (l: number) => hit[l] === 1 && this.locationShown[l] === 1;
      while (k >= (this.from[s] as number) && !isHit(profile.stackLocations[k] as number)) k--;
      if (k < (this.from[s] as number)) this.include[s] = 0;
      else this.to[s] = k + 1;
    }
  }

  /** 1 for locations of which a shown line, or the mapping, matches. */
  private locationsMatching(pattern: Pattern): Uint8Array {
    const { profile } = this;
    const byFunction = this.matchFunctions((name, file) => pattern.matches(name) || pattern.matches(file));
    const byMapping = this.matchMappings(pattern);
    const out = new Uint8Array(this.locationShown.length);
    for (let l = 0; l < out.length; l++) {
      if ((byMapping[profile.locationMapping[l] as number] ?? 0) === 1) out[l] = 1;
      for (let i = profile.lineStart[l] as number; i < (profile.lineStart[l + 1] as number); i++)
        if (this.lineShown[i] === 1 && byFunction[profile.lineFunction[i] as number] === 1) out[l] = 1;
    }
    return out;
  }

  /** Hides the lines that match (or that do not); a location without lines goes with them. */
  private hideLines(pattern: Pattern, matching: boolean): void {
    const { profile } = this;
    const byFunction = this.matchFunctions((name, file) => pattern.matches(name) || pattern.matches(file));
    const byMapping = this.matchMappings(pattern);
    for (let l = 0; l < this.locationShown.length; l++) {
      const first = profile.lineStart[l] as number;
      const end = profile.lineStart[l + 1] as number;
      const inMapping = (byMapping[profile.locationMapping[l] as number] ?? 0) === 1;
      const before = this.shownIn(first, end);
      for (let i = first; i < end; i++) {
        const hit = inMapping || byFunction[profile.lineFunction[i] as number] === 1;
        if (hit === matching) this.lineShown[i] = 0;
      }
      const after = this.shownIn(first, end);
      // `hide` takes a location only where it matched; `show` takes every one of which nothing is left
      if (after === 0 && (matching ? before > 0 || inMapping : true)) this.locationShown[l] = 0;
    }
  }

  private shownIn(first: number, end: number): number {
    let n = 0;
    for (let i = first; i < end; i++) n += this.lineShown[i] as number;
    return n;
  }

  private matchFunctions(test: (name: string, file: string) => boolean, simplify = false): Uint8Array {
    const { profile } = this;
    const out = new Uint8Array(profile.functionName.length);
    const known = new Map<string, number>();
    for (let f = 0; f < out.length; f++) {
      const name = profile.string(profile.functionName[f] as number);
      const file = simplify ? '' : profile.string(profile.functionFile[f] as number);
      const key = `${name}\n${file}`;
      let hit = known.get(key);
      if (hit === undefined) {
        hit = (!simplify || name !== '') && test(simplify ? simplified(name) : name, file) ? 1 : 0;
        known.set(key, hit);
      }
      out[f] = hit;
    }
    return out;
  }

  private matchMappings(pattern: Pattern): readonly number[] {
    return this.profile.mappings.map((m) => (pattern.matches(m.file) ? 1 : 0));
  }
}

/** A function name without its argument list. @source github.com/google/pprof profile/prune.go simplifyFunc */
function simplified(name: string): string {
  const bare = name.startsWith('.') ? name.slice(1) : name;
  for (let at = bare.indexOf('('); at >= 0; at = bare.indexOf('(', at + 1)) {
    if (bare.startsWith('(anonymous namespace)', at)) continue;
    if (bare.startsWith('operator()', at - 8)) continue;
    return bare.slice(0, at);
  }
  return bare;
}
