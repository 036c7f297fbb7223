/**
 * The bridge on the window, with nothing of Node or Electron behind it: named calls, events without their Electron part, the paths of files the person
 * gave. A sandboxed preload may require `electron` only.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type Answer, channels } from './channels.ts';

/** A browser's `File`, which knows the folder it was chosen in. */
type ChosenFile = File & { readonly webkitRelativePath: string };

contextBridge.exposeInMainWorld('spanscope', {
  async call(name: string, args: unknown): Promise<unknown> {
    const answer = (await ipcRenderer.invoke(channels.call, name, args)) as Answer;
    if ('error' in answer) throw answer.error;
    return answer.value;
  },
  subscribe(listener: (event: unknown) => void): () => void {
    const pass = (_event: unknown, event: unknown) => listener(event);
    ipcRenderer.on(channels.event, pass);
    return () => ipcRenderer.removeListener(channels.event, pass);
  },
  /** The paths of files and folders from a drop or a dialog, which the main process then knows as given. */
  pathsOf(files: readonly ChosenFile[]): readonly string[] {
    const paths = files.map((file) => rootOf(webUtils.getPathForFile(file), file.webkitRelativePath));
    ipcRenderer.sendSync(channels.given, paths);
    return paths;
  },
  async save(name: string, bytes: Uint8Array): Promise<boolean> {
    return (await ipcRenderer.invoke(channels.save, name, bytes)) as boolean;
  },
});

/** A file out of a chosen folder stands for the folder: `/a/case/logs/x`, chosen as `case/logs/x`, is `/a/case`. */
function rootOf(path: string, relative: string): string {
  const inner = relative.split('/').length - 1;
  return inner < 1
    ? path
    : path
        .split(/[\\/]/)
        .slice(0, -inner)
        .join(path.includes('\\') ? '\\' : '/');
}
