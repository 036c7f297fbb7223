/**
 * Flat and cumulative values by function, as `go tool pprof -top` counts them: flat to the innermost line of the leaf, cumulative once per
 * sample to every function on its stack, however often it stands there.
 *
 * @source github.com/google/pprof internal/graph/graph.go newGraph, granularity "functions"
 */
import { frameName, type ProfileModel } from './profile-model.ts';

export interface TopRow {
  readonly function: string;
  /** File and line of the heaviest line of the function; the line is 0 where the profile has none. */
  readonly file: string;
  readonly line: number;
  readonly flat: number;
  readonly cum: number;
}

export interface Tops {
  readonly total: number;
  /** Every function, by falling |flat|, then |cum|, then name. */
  readonly rows: readonly TopRow[];
}

/** Numbers the functions of a profile by name: two entries of one name are one function, as pprof has it. */
function nameIds(profile: ProfileModel): { readonly ofLine: Int32Array; readonly names: string[] } {
  const ids = new Map<string, number>();
  const names: string[] = [];
  const ofFunction = new Int32Array(profile.functionName.length);
  for (let f = 0; f < ofFunction.length; f++) {
    const name = profile.string(profile.functionName[f] as number);
    let id = ids.get(name);
    if (id === undefined) {
      id = names.length;
      ids.set(name, id);
      names.push(name);
    }
    ofFunction[f] = id;
  }
  const ofLine = new Int32Array(profile.lineFunction.length);
  for (let i = 0; i < ofLine.length; i++) {
    const f = profile.lineFunction[i] as number;
    ofLine[i] = f < 0 ? -1 : (ofFunction[f] as number);
  }
  return { ofLine, names };
}

/**
 * @param sampleType index into `sampleTypes`
 * @param include samples to count; all where not given
 */
export function tops(profile: ProfileModel, sampleType: number, include?: (sample: number) => boolean): Tops {
  const { ofLine, names } = nameIds(profile);
  // locations without a function get a name of their own, their address
  const anonymous = new Map<number, number>();
  const nodeOfBareLocation = (location: number): number => {
    let id = anonymous.get(location);
    if (id === undefined) {
      id = names.length;
      anonymous.set(location, id);
      names.push(`0x${BigInt(profile.locationAddress[location] as number).toString(16)}`);
    }
    return id;
  };
  for (let l = 0; l + 1 < profile.lineStart.length; l++)
    if (profile.lineStart[l] === profile.lineStart[l + 1]) nodeOfBareLocation(l);

  const flat = new Float64Array(names.length);
  const cum = new Float64Array(names.length);
  const lastSample = new Int32Array(names.length).fill(-1);
  const heaviestLine = new Int32Array(names.length).fill(-1);
  const lineWeight = new Float64Array(profile.lineFunction.length);
  const types = Math.max(1, profile.sampleTypes.length);
  let total = 0;
  for (let s = 0; s < profile.sampleCount; s++) {
    const value = profile.values[s * types + sampleType] as number;
    if (value === 0 || (include && !include(s))) continue;
    total += value;
    let leaf = true;
    for (let k = profile.stackStart[s] as number; k < (profile.stackStart[s + 1] as number); k++) {
      const location = profile.stackLocations[k] as number;
      const from = profile.lineStart[location] as number;
      const to = profile.lineStart[location + 1] as number;
      if (from === to) {
        const node = nodeOfBareLocation(location);
        if (leaf) flat[node] = (flat[node] as number) + value;
        leaf = false;
        if (lastSample[node] !== s) {
          lastSample[node] = s;
          cum[node] = (cum[node] as number) + value;
        }
        continue;
      }
      for (let i = from; i < to; i++) {
        const node = ofLine[i] as number;
        if (node < 0) continue;
        if (leaf) flat[node] = (flat[node] as number) + value;
        leaf = false;
        lineWeight[i] = (lineWeight[i] as number) + Math.abs(value);
        if (lastSample[node] !== s) {
          lastSample[node] = s;
          cum[node] = (cum[node] as number) + value;
        }
      }
    }
  }
  for (let i = 0; i < ofLine.length; i++) {
    const node = ofLine[i] as number;
    if (node < 0) continue;
    const best = heaviestLine[node] as number;
    if (best < 0 || (lineWeight[i] as number) > (lineWeight[best] as number)) heaviestLine[node] = i;
  }
  const rows: TopRow[] = [];
  for (let n = 0; n < names.length; n++) {
    if (cum[n] === 0 && flat[n] === 0) continue;
    const at = heaviestLine[n] as number;
    const where = at < 0 ? { file: '', line: 0 } : frameName(profile, at);
    rows.push({
      function: names[n] as string,
      file: where.file,
      line: where.line,
      flat: flat[n] as number,
      cum: cum[n] as number,
    });
  }
  rows.sort(
    (a, b) =>
      Math.abs(b.flat) - Math.abs(a.flat) || Math.abs(b.cum) - Math.abs(a.cum) || (a.function < b.function ? -1 : 1),
  );
  return { total, rows };
}
