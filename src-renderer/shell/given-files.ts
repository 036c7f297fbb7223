/** Files out of a drop or a picker, folders opened, in the shape the bridges take. */
import type { GivenFile } from '../bridge/window-bridge.ts';

const mostFiles = 2_000;

export function fromPicker(list: FileList | null): GivenFile[] {
  return [...(list ?? [])].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}

/**
 * A dropped folder has to be walked in a browser; in Electron its path is enough, so there it is taken as it lies.
 *
 * @param isWalked false: folders stay whole
 */
export async function fromDrop(data: DataTransfer, isWalked: boolean): Promise<GivenFile[]> {
  // entries must be taken before the first await: the list empties when the event is over
  const entries = [...data.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const out: GivenFile[] = [];
  for (const { entry, file } of entries) {
    if (isWalked && entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, out);
    else if (file) out.push({ file, name: file.name });
  }
  return out;
}

async function walk(folder: FileSystemDirectoryEntry, out: GivenFile[]): Promise<void> {
  for (const entry of await listOf(folder)) {
    if (out.length >= mostFiles) return;
    if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, out);
    else {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      out.push({ file, name: entry.fullPath.replace(/^\//, '') });
    }
  }
}

/** A reader gives at most a hundred entries a time. */
async function listOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const out: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return out;
    out.push(...part);
  }
}
