/**
 * Evidence as a tree of archives and folders, flattened to the rows that stand open. Names are data: they are split for showing and mean nothing to any file
 * system. A folder that holds nothing but one folder is drawn in one row with it.
 */
import type { EvidenceEntry } from '../../../src-main/api/contract/documents.ts';

export type TreeRow =
  | {
      readonly kind: 'folder';
      readonly key: string;
      readonly name: string;
      readonly depth: number;
      readonly files: number;
      readonly isOpen: boolean;
    }
  | {
      readonly kind: 'file';
      readonly key: string;
      readonly name: string;
      readonly depth: number;
      readonly entry: EvidenceEntry;
    };

interface Folder {
  readonly name: string;
  readonly folders: Map<string, Folder>;
  readonly files: { readonly name: string; readonly entry: EvidenceEntry }[];
}

/** More steps than this are one name: hostile paths can have thousands. */
const deepest = 12;

export function treeRows(entries: readonly EvidenceEntry[], closed: ReadonlySet<string>): readonly TreeRow[] {
  const root: Folder = { name: '', folders: new Map(), files: [] };
  for (const entry of entries) {
    const parts = entry.path.split('/');
    const cut = Math.min(parts.length - 1, deepest);
    let folder = root;
    for (const part of parts.slice(0, cut)) {
      const next = folder.folders.get(part) ?? { name: part, folders: new Map(), files: [] };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push({ name: parts.slice(cut).join('/'), entry });
  }
  const out: TreeRow[] = [];
  walk(root, '', 0, closed, out);
  return out;
}

function walk(folder: Folder, path: string, depth: number, closed: ReadonlySet<string>, out: TreeRow[]): void {
  for (const child of folder.folders.values()) {
    let inner = child;
    let name = child.name;
    let only = onlyFolder(inner);
    while (only) {
      inner = only;
      name += `/${inner.name}`;
      only = onlyFolder(inner);
    }
    const key = `${path}/${name}`;
    const isOpen = !closed.has(key);
    out.push({ kind: 'folder', key, name, depth, files: count(inner), isOpen });
    if (isOpen) walk(inner, key, depth + 1, closed, out);
  }
  for (const { name, entry } of folder.files) out.push({ kind: 'file', key: `#${entry.id}`, name, depth, entry });
}

function onlyFolder(folder: Folder): Folder | undefined {
  const [only] = folder.folders.values();
  return folder.files.length === 0 && folder.folders.size === 1 ? only : undefined;
}

function count(folder: Folder): number {
  let n = folder.files.length;
  for (const child of folder.folders.values()) n += count(child);
  return n;
}

/** Row of the folder a row lies in; -1 at the top. */
export function parentIndex(rows: readonly TreeRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let i = index - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i;
  return -1;
}
