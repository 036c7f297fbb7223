/**
 * The batches of the AllocFree experiment beside its events: the types of a generation, and (in the first generation only) what is needed
 * to turn the numbers of the events into addresses.
 *
 * @source Go 1.26 runtime/traceallocfree.go traceSnapshotMemory (info), runtime/tracetype.go dumpTypesRec (types)
 */
import { limits } from '../limits.ts';
import type { ByteReader } from './byte-reader.ts';
import { grownF64, grownU32 } from './growth.ts';
import { HashIndex } from './hash-index.ts';
import type { IdTable } from './id-table.ts';
import type { StringTable } from './string-table.ts';

const typesBatch = 0;
const infoBatch = 1;

/** How to read alloc/free events. */
export interface AllocInfo {
  /** Lowest address of the heap; pages and slots count from here. */
  readonly minHeapAddress: bigint;
  readonly pageBytes: number;
  /** Unit of object numbers. */
  readonly objectAlignBytes: number;
  /** Unit of goroutine stack numbers. */
  readonly stackAlignBytes: number;
}

/** Types added since the last call; type 0 is "no type" and is not listed. */
export interface NewTypes {
  readonly first: number;
  readonly address: Float64Array;
  readonly sizeBytes: Float64Array;
  /** Length of the part of the type that can hold pointers. */
  readonly pointerBytes: Float64Array;
  readonly nameString: Uint32Array;
}

/** All types of a trace, each once. Generations number them anew; a type is known by its address, size and name. */
export class AllocTypeTable {
  private address = new Float64Array(0);
  private sizeBytes = new Float64Array(0);
  private pointerBytes = new Float64Array(0);
  private nameString = new Uint32Array(0);
  private readonly byAddress = new HashIndex();
  private count = 1;
  private handedOn = 1;

  /** Whether there is no room for another type. */
  get isFull(): boolean {
    return this.count > limits.types;
  }

  /** Index of a type, new or known; 0 when there are too many. */
  intern(address: number, sizeBytes: number, pointerBytes: number, nameString: number): number {
    const known = this.byAddress.get(address);
    if (known > 0 && this.sizeBytes[known] === sizeBytes && this.nameString[known] === nameString) return known;
    if (this.isFull) return 0;
    const index = this.count++;
    this.address = grownF64(this.address, this.count);
    this.sizeBytes = grownF64(this.sizeBytes, this.count);
    this.pointerBytes = grownF64(this.pointerBytes, this.count);
    this.nameString = grownU32(this.nameString, this.count);
    this.address[index] = address;
    this.sizeBytes[index] = sizeBytes;
    this.pointerBytes[index] = pointerBytes;
    this.nameString[index] = nameString;
    this.byAddress.set(address, index);
    return index;
  }

  takeNew(): NewTypes | undefined {
    const first = this.handedOn;
    const end = this.count;
    if (first === end) return undefined;
    this.handedOn = end;
    return {
      first,
      address: this.address.slice(first, end),
      sizeBytes: this.sizeBytes.slice(first, end),
      pointerBytes: this.pointerBytes.slice(first, end),
      nameString: this.nameString.slice(first, end),
    };
  }
}

/** What one experiment batch was. `damaged` says which kind could not be read to its end. */
export type AllocBatch =
  | { readonly kind: 'types' | 'other' }
  | { readonly kind: 'info'; readonly info: AllocInfo }
  | { readonly kind: 'damaged'; readonly what: 'types' | 'info' };

/** Reads one AllocFree batch: a types batch goes to the tables, an info batch is returned. */
export function readAllocBatch(r: ByteReader, types: AllocTypeTable, strings: StringTable, ids: IdTable): AllocBatch {
  if (r.left === 0) return { kind: 'other' };
  const kind = r.byte();
  if (kind === typesBatch) return { kind: readTypes(r, types, strings, ids) ? 'types' : 'damaged', what: 'types' };
  if (kind !== infoBatch) return { kind: 'other' };
  const minHeapAddress = r.varint();
  const pageBytes = r.varint();
  const objectAlignBytes = r.varint();
  const stackAlignBytes = r.varint();
  const isSound =
    r.fault === 'none' && minHeapAddress >= 0 && pageBytes > 0 && objectAlignBytes > 0 && stackAlignBytes > 0;
  if (!isSound) return { kind: 'damaged', what: 'info' };
  return {
    kind: 'info',
    info: { minHeapAddress: BigInt(minHeapAddress), pageBytes, objectAlignBytes, stackAlignBytes },
  };
}

function readTypes(r: ByteReader, types: AllocTypeTable, strings: StringTable, ids: IdTable): boolean {
  while (r.left > 0) {
    const id = r.varint();
    const address = r.varint();
    const sizeBytes = r.varint();
    const pointerBytes = r.varint();
    const nameLength = r.varint();
    const nameStart = r.pos;
    r.skip(nameLength);
    if (r.fault !== 'none') return false;
    ids.add(id, types.intern(address, sizeBytes, pointerBytes, strings.intern(r.data, nameStart, nameLength)));
  }
  return true;
}
