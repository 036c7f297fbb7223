/**
 * What a report counts for: functions, lines, files or addresses. Two entries of one name are one node, also across profiles that are compared.
 *
 * @source github.com/google/pprof internal/graph/graph.go nodeInfo, PrintableName; internal/driver/driver.go aggregate
 */
import type { ProfileModel } from './profile-model.ts';

export type Granularity = 'functions' | 'filefunctions' | 'files' | 'lines' | 'addresses';
export const granularities: readonly Granularity[] = ['functions', 'filefunctions', 'files', 'lines', 'addresses'];

export interface Node {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly address: bigint;
}

/** Node of every line of a profile, and of every location that has none. */
export interface NodesOf {
  readonly ofLine: Int32Array;
  readonly ofBareLocation: Int32Array;
}

export class NodeTable {
  readonly nodes: Node[] = [];
  private readonly ids = new Map<string, number>();
  readonly granularity: Granularity;

  constructor(granularity: Granularity) {
    this.granularity = granularity;
  }

  add(profile: ProfileModel): NodesOf {
    const ofLine = new Int32Array(profile.lineFunction.length);
    const ofBareLocation = new Int32Array(profile.lineStart.length - 1).fill(-1);
    const ofFunction = new Int32Array(profile.functionName.length).fill(-1);
    const byFunction = this.granularity === 'functions' || this.granularity === 'filefunctions';
    for (let l = 0; l < ofBareLocation.length; l++) {
      const first = profile.lineStart[l] as number;
      const end = profile.lineStart[l + 1] as number;
      if (first === end) ofBareLocation[l] = this.bare(profile, l);
      for (let i = first; i < end; i++) {
        const f = profile.lineFunction[i] as number;
        if (f < 0) ofLine[i] = this.bare(profile, l);
        else if (byFunction) {
          if (ofFunction[f] === -1) ofFunction[f] = this.named(profile, f, 0, 0n);
          ofLine[i] = ofFunction[f] as number;
        } else {
          const address = this.granularity === 'addresses' ? (profile.locationAddress[l] as bigint) : 0n;
          ofLine[i] = this.named(profile, f, profile.lineNumber[i] as number, address);
        }
      }
    }
    return { ofLine, ofBareLocation };
  }

  private named(profile: ProfileModel, f: number, line: number, address: bigint): number {
    const name = profile.string(profile.functionName[f] as number);
    const file = profile.string(profile.functionFile[f] as number);
    switch (this.granularity) {
      case 'functions':
        return this.id(name, { function: name, file: '', line: 0, address: 0n });
      case 'filefunctions':
        return this.id(`${name}\n${file}`, { function: name, file, line: 0, address: 0n });
      case 'files':
        return this.id(file, { function: file, file, line: 0, address: 0n });
      case 'lines':
        return this.id(`${name}\n${file}\n${line}`, { function: name, file, line, address: 0n });
      case 'addresses':
        return this.id(`${name}\n${file}\n${line}\n${address}`, { function: name, file, line, address });
    }
  }

  /** A place without a name: all that is known is the file it was mapped from, and its address. */
  private bare(profile: ProfileModel, location: number): number {
    const file = profile.mappings[profile.locationMapping[location] as number]?.file ?? '';
    const base = file.slice(file.lastIndexOf('/') + 1);
    const name = file === '' ? '<unknown>' : `[${base}]`;
    if (this.granularity !== 'addresses') return this.id(`\0${file}`, { function: name, file, line: 0, address: 0n });
    const address = profile.locationAddress[location] as bigint;
    return this.id(`\0${file}\n${address}`, { function: `0x${address.toString(16)}`, file, line: 0, address });
  }

  private id(key: string, node: Node): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.nodes.length;
      this.nodes.push(node);
      this.ids.set(key, id);
    }
    return id;
  }
}
