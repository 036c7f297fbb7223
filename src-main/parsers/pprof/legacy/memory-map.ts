/**
 * The memory map at the end of a legacy profile, in the form of /proc/PID/maps or shorter (`00400000-00fcb000: /bin/x`), with `name=value`
 * lines whose `$name` is put in; and which mapping an address belongs to.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseMappingEntry, remapMappingIDs; profile/profile.go massageMappings
 */
import type { MappingRow } from '../profile-model.ts';

export const memoryMapHeads = ['--- Memory map: ---', 'MAPPED_LIBRARIES:'] as const;

const range = /^[ \t]{0,20}(?:0x)?([0-9a-fA-F]{1,16})[ \t-]{1,3}(?:0x)?([0-9a-fA-F]{1,16}):?(?=[ \t]|$)/;
const logPrefix = /^[^[\]]{1,200}:\d{1,7}\]\s/;
const library = /\.so$|\.so[._]\d/;
const expectedStart = 0x40_0000n;

export function isMemoryMapHead(text: string): boolean {
  return memoryMapHeads.some((head) => text.includes(head));
}

/** One line of the map. `undefined`: no mapping; `false`: one that holds no code. */
function parseEntry(text: string): MappingRow | false | undefined {
  const m = range.exec(text);
  if (!m) return undefined;
  const words = text
    .slice(m[0].length)
    .split(/[ \t]+/)
    .filter((w) => w !== '');
  const permissions = /^[-rwxps]{1,6}$/.test(words[0] ?? '') ? (words.shift() as string) : '';
  if (permissions !== '' && !permissions.includes('x')) return false;
  let offset = '';
  let file = '';
  let buildId = '';
  if (/^[0-9a-fA-F]{1,16}$/.test(words[0] ?? '') && /^[0-9a-fA-F]{1,8}:[0-9a-fA-F]{1,8}$/.test(words[1] ?? '')) {
    offset = words[0] as string;
    file = words[3] ?? '';
  } else {
    const at = /^\(@([0-9a-fA-F]{1,16})\)$/;
    if (words[0] !== undefined && !at.test(words[0])) file = words.shift() as string;
    const stated = at.exec(words[0] ?? '');
    if (stated) {
      offset = stated[1] as string;
      words.shift();
    }
    if (/^[0-9a-fA-F]{1,64}$/.test(words[0] ?? '')) buildId = words[0] as string;
  }
  return {
    start: BigInt(`0x${m[1]}`),
    limit: BigInt(`0x${m[2]}`),
    offset: offset === '' ? 0n : BigInt(`0x${offset}`),
    file,
    buildId,
  };
}

/** Reads the map line by line. */
export class MemoryMapText {
  private readonly attributes: [name: string, value: string][] = [];
  private readonly into: MappingRow[];

  constructor(into: MappingRow[]) {
    this.into = into;
  }

  take(line: string): boolean {
    let text = line.replace(logPrefix, '');
    for (const [name, value] of this.attributes) text = text.replaceAll(name, () => value);
    const entry = parseEntry(text);
    if (entry) this.into.push(entry);
    if (entry !== undefined) return true;
    const eq = text.indexOf('=');
    if (eq <= 0 || this.attributes.length >= 100) return false;
    this.attributes.push([`$${text.slice(0, eq).trim()}`, text.slice(eq + 1).trim()]);
    return true;
  }
}

export function takeMemoryMap(builder: { readonly mappings: MappingRow[] }, lines: readonly string[]): void {
  const map = new MemoryMapText(builder.mappings);
  for (const line of lines) map.take(line.trimEnd());
}

/** Parts of one mapping joined, the program put first. */
export function arrangeMappings(mappings: readonly MappingRow[]): MappingRow[] {
  const out: MappingRow[] = [];
  for (const m of mappings) {
    const last = out.at(-1);
    if (last && isAdjacent(last, m))
      out[out.length - 1] = { ...last, limit: m.limit, file: m.file || last.file, buildId: m.buildId || last.buildId };
    else out.push(m);
  }
  const main = out.findIndex((m) => {
    const file = m.file.replace('(deleted)', '').trim();
    return file !== '' && !library.test(file) && !file.startsWith('[');
  });
  if (main > 0) [out[0], out[main]] = [out[main] as MappingRow, out[0] as MappingRow];
  if (out.length > 1 && out[0]?.file.startsWith('/anon_hugepage') && out[0].limit === out[1]?.start) out.shift();
  const first = out[0];
  if (first && first.start - first.offset === expectedStart) out[0] = { ...first, start: expectedStart, offset: 0n };
  return out;
}

function isAdjacent(a: MappingRow, b: MappingRow): boolean {
  if (a.file !== '' && b.file !== '' && a.file !== b.file) return false;
  if (a.buildId !== '' && b.buildId !== '' && a.buildId !== b.buildId) return false;
  if (a.limit !== b.start) return false;
  return a.offset === 0n || b.offset === 0n || a.offset + (a.limit - a.start) === b.offset;
}

/** Row of the mapping an address lies in, or of the one whose first part was left out of the list; else -1. */
export function mappingFinder(mappings: readonly MappingRow[]): (address: bigint) => number {
  const order = mappings.map((_, i) => i).sort((a, b) => compare(mappings[a]?.start ?? 0n, mappings[b]?.start ?? 0n));
  return (address) => {
    let lo = 0;
    let hi = order.length;
    while (lo < hi) {
      const mid = Math.floor((lo + hi) / 2);
      if ((mappings[order[mid] as number]?.start as bigint) <= address) lo = mid + 1;
      else hi = mid;
    }
    const before = order[lo - 1];
    if (before !== undefined && address < (mappings[before]?.limit as bigint)) return before;
    const behind = order[lo];
    const m = behind === undefined ? undefined : mappings[behind];
    if (m && m.offset !== 0n && m.start - m.offset <= address) return behind as number;
    return -1;
  };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
