/**
 * Flat and cumulative values by node, as `go tool pprof -top` counts them: flat to the innermost line shown of the leaf, cumulative once per
 * sample to every node on its stack, however often it stands there.
 *
 * Values are summed as doubles. Where they or their sums do not fit, each value is split into 32 low and 32 high bits, summed apart, and put
 * together as a 64-bit integer.
 *
 * @source github.com/google/pprof internal/graph/graph.go newGraph; internal/report/report.go computeTotal
 */
import { type Node, type NodesOf, NodeTable } from './nodes.ts';
import { frameName, type ProfileModel, valuesPerSample } from './profile-model.ts';
import { ProfileView } from './profile-view.ts';

export interface TopRow {
  readonly function: string;
  /** File and line of the node; of a whole function the heaviest line. The line is 0 where the profile has none. */
  readonly file: string;
  readonly line: number;
  readonly flat: number;
  readonly cum: number;
  /** The same with all digits, where doubles do not hold them. */
  readonly exact?: { readonly flat: bigint; readonly cum: bigint };
}

/** Values of one sample type over the samples of a profile. */
export interface ValueColumn {
  readonly values: Float64Array;
  readonly wide: BigInt64Array | undefined;
}

export function columnOf(profile: ProfileModel, sampleType: number): ValueColumn {
  const types = valuesPerSample(profile);
  const values = new Float64Array(profile.sampleCount);
  for (let s = 0; s < values.length; s++) values[s] = profile.values[s * types + sampleType] as number;
  if (!profile.wideValues) return { values, wide: undefined };
  const wide = new BigInt64Array(profile.sampleCount);
  for (let s = 0; s < wide.length; s++) wide[s] = profile.wideValues[s * types + sampleType] as bigint;
  return { values, wide };
}

/** Sum of the absolute values, as a report's total. */
export function totalOf(column: ValueColumn): number | bigint {
  if (column.wide) {
    let sum = 0n;
    for (const v of column.wide) sum += v < 0n ? -v : v;
    return narrow(sum);
  }
  let sum = 0;
  for (const v of column.values) sum += Math.abs(v);
  return sum;
}

export function narrow(value: bigint): number | bigint {
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : value;
}

/** One profile's part of a report: `sign` -1 for a base. */
export interface Part {
  readonly view: ProfileView;
  readonly nodes: NodesOf;
  readonly column: ValueColumn;
  readonly sign: number;
}

const high = 2 ** 32;

class Sums {
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  private readonly seen: Int32Array;

  constructor(nodes: number) {
    this.flat = new Float64Array(nodes);
    this.cum = new Float64Array(nodes);
    this.seen = new Int32Array(nodes).fill(-1);
  }

  /** @param weights gets the absolute value of every line a sample goes through */
  add(part: Part, values: Float64Array, weights: Float64Array | undefined): void {
    const { view, nodes, sign } = part;
    const { profile, include, from, to, lineShown, locationShown } = view;
    const { lineStart, stackLocations } = profile;
    const { flat, cum, seen } = this;
    seen.fill(-1);
    for (let s = 0; s < values.length; s++) {
      const value = sign * (values[s] as number);
      if (value === 0 || include[s] === 0) continue;
      let leaf = true;
      const end = to[s] as number;
      for (let k = from[s] as number; k < end; k++) {
        const location = stackLocations[k] as number;
        if (locationShown[location] === 0) continue;
        const bare = nodes.ofBareLocation[location] as number;
        const first = lineStart[location] as number;
        const last = bare >= 0 ? first + 1 : (lineStart[location + 1] as number);
        for (let i = first; i < last; i++) {
          if (bare < 0 && lineShown[i] === 0) continue;
          const node = bare >= 0 ? bare : (nodes.ofLine[i] as number);
          if (leaf) flat[node] = (flat[node] as number) + value;
          leaf = false;
          if (seen[node] !== s) {
            seen[node] = s;
            cum[node] = (cum[node] as number) + value;
          }
          if (weights && bare < 0) weights[i] = (weights[i] as number) + Math.abs(value);
        }
      }
    }
  }
}

/** Every node with a value, by falling |flat|, then |cum|, then name. */
export function topRows(table: NodeTable, parts: readonly Part[]): TopRow[] {
  const isWide = parts.some((p) => p.column.wide !== undefined);
  const sums = new Sums(table.nodes.length);
  const weights = parts.map((p) => new Float64Array(p.view.profile.lineFunction.length));
  parts.forEach((part, i) => {
    sums.add(part, part.column.values, weights[i]);
  });
  const places = table.granularity === 'functions' ? heaviestPlaces(table, parts, weights) : undefined;
  const exact = isWide ? exactSums(table.nodes.length, parts) : undefined;
  const rows: TopRow[] = [];
  table.nodes.forEach((node: Node, n) => {
    const flat = sums.flat[n] as number;
    const cum = sums.cum[n] as number;
    const wide = exact?.(n);
    if (wide ? wide.flat === 0n && wide.cum === 0n : flat === 0 && cum === 0) return;
    const place = places?.[n] ?? node;
    const fits = !wide || (Number.isSafeInteger(Number(wide.flat)) && Number.isSafeInteger(Number(wide.cum)));
    rows.push({
      function: node.function,
      file: place.file,
      line: place.line,
      flat: wide ? Number(wide.flat) : flat,
      cum: wide ? Number(wide.cum) : cum,
      ...(wide && !fits ? { exact: wide } : {}),
    });
  });
  return rows.sort(byFlat);
}

export function byFlat(a: TopRow, b: TopRow): number {
  return Math.abs(b.flat) - Math.abs(a.flat) || Math.abs(b.cum) - Math.abs(a.cum) || (a.function < b.function ? -1 : 1);
}

function exactSums(nodes: number, parts: readonly Part[]): (node: number) => { flat: bigint; cum: bigint } {
  const low = new Sums(nodes);
  const upper = new Sums(nodes);
  for (const part of parts) {
    const { wide, values } = part.column;
    const lows = new Float64Array(values.length);
    const highs = new Float64Array(values.length);
    for (let s = 0; s < values.length; s++) {
      const value = wide ? (wide[s] as bigint) : BigInt(values[s] as number);
      const rest = BigInt.asUintN(32, value);
      lows[s] = Number(rest);
      highs[s] = Number((value - rest) / BigInt(high));
    }
    low.add(part, lows, undefined);
    upper.add(part, highs, undefined);
  }
  const join = (h: number, l: number) => BigInt(h) * BigInt(high) + BigInt(l);
  return (n) => ({
    flat: join(upper.flat[n] as number, low.flat[n] as number),
    cum: join(upper.cum[n] as number, low.cum[n] as number),
  });
}

/** File and line of the line of each function that carries most. */
function heaviestPlaces(
  table: NodeTable,
  parts: readonly Part[],
  weights: readonly Float64Array[],
): ({ file: string; line: number } | undefined)[] {
  const best = new Float64Array(table.nodes.length).fill(-1);
  const at: ([part: number, line: number] | undefined)[] = new Array(table.nodes.length);
  parts.forEach((part, p) => {
    part.nodes.ofLine.forEach((node, i) => {
      const weight = weights[p]?.[i] as number;
      if ((part.view.profile.lineFunction[i] as number) < 0 || weight <= (best[node] as number)) return;
      best[node] = weight;
      at[node] = [p, i];
    });
  });
  return at.map((place) => place && frameName((parts[place[0]] as Part).view.profile, place[1]));
}

/** The functions of one sample type of a profile, nothing filtered but what the profile itself drops. */
export function tops(
  profile: ProfileModel,
  sampleType: number,
  shared: { readonly view: ProfileView; readonly table: NodeTable; readonly nodes: NodesOf } = prepare(profile),
): { readonly total: number | bigint; readonly rows: readonly TopRow[] } {
  const column = columnOf(profile, sampleType);
  return { total: totalOf(column), rows: topRows(shared.table, [{ ...shared, column, sign: 1 }]) };
}

/** What the sample types of one profile share. */
export function prepare(profile: ProfileModel): { view: ProfileView; table: NodeTable; nodes: NodesOf } {
  const table = new NodeTable('functions');
  return { view: new ProfileView(profile), table, nodes: table.add(profile) };
}
