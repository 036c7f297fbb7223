/**
 * Electron's main process: one window over one desk. It opens what it was started with; a second start hands its arguments to the first and ends.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { app, type BrowserWindow, dialog, protocol } from 'electron';
import { bundledPath } from '../../api/bundled-path.ts';
import { CallFailure, Desk } from '../../api/desk.ts';
import { windowFiles } from '../window-files.ts';
import { answerFile } from './app-files.ts';
import { type Answer, channels } from './channels.ts';
import { GivenPaths, pathsOfArguments } from './given-paths.ts';
import { answer, hear } from './ipc.ts';
import { setMenu } from './menu.ts';
import { scheme } from './origin.ts';
import { denyEverything, openWindow } from './window.ts';

const given = new GivenPaths();
const desk = new Desk({
  shell: 'electron',
  sampleBundle: bundledPath('resources/sample/bundle'),
  mayOpen: (path) => given.has(path),
});
let window: BrowserWindow | undefined;
/** macOS names files before the program is ready. */
const early: string[] = [];

app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, argv, folder) => {
    openPaths(pathsOfArguments(argv.slice(1), folder));
    window?.restore();
    window?.focus();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    const paths = pathsOfArguments([path], '/');
    if (app.isReady()) openPaths(paths);
    else early.push(...paths);
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('render-process-gone', (_gone, { reason }) => {
      if (reason !== 'clean-exit') void offerReload(reason);
    });
  });
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (reason !== 'clean-exit') void offerReload(`${type}: ${reason}`);
  });
  app.on('window-all-closed', () => {
    void desk.close().then(() => app.quit());
  });
  void app.whenReady().then(start);
} else {
  app.quit();
}

function start(): void {
  const files = windowFiles(bundledPath('out/renderer'));
  protocol.handle(scheme, (request) => answerFile(request, files));
  denyEverything();
  setMenu(process.platform === 'darwin', process.argv.includes('--devtools'));
  answer(channels.call, 'call', (_event, name, args) => call(name, args));
  answer(channels.save, 'file', (_event, name, bytes) => save(name, bytes));
  hear(channels.given, (paths) => given.give(Array.isArray(paths) ? paths : []));

  const named = [...early, ...pathsOfArguments(argumentsOf(process.argv), process.cwd())];
  if (named.length > 0) desk.openFirst(named);
  else if (process.argv.includes('--sample')) desk.openSample();

  window = openWindow(join(bundledPath('out/preload'), 'preload.cjs'), 'Spanscope');
  let end: () => void = () => undefined;
  // each document hears where jobs stand once it can listen
  window.webContents.on('did-finish-load', () => {
    end();
    end = desk.subscribe((event) => {
      if (window && !window.isDestroyed()) window.webContents.send(channels.event, event);
    });
  });
  window.on('closed', () => {
    end();
    window = undefined;
  });
}

/** What stands behind the program: one word when packaged, two when run as `electron main.js`. */
function argumentsOf(argv: readonly string[]): readonly string[] {
  return argv.slice(app.isPackaged ? 1 : 2);
}

function openPaths(paths: readonly string[]): void {
  if (paths.length > 0) desk.openFirst(paths);
}

async function call(name: unknown, args: unknown): Promise<Answer> {
  try {
    return { value: await desk.call(String(name), args) };
  } catch (error) {
    if (error instanceof CallFailure) return { error: error.error };
    throw error;
  }
}

/** Asks where to and writes there. */
async function save(name: unknown, bytes: unknown): Promise<boolean> {
  if (typeof name !== 'string' || !(bytes instanceof Uint8Array) || !window) return false;
  const { filePath, canceled } = await dialog.showSaveDialog(window, { defaultPath: basename(name).slice(0, 200) });
  if (canceled || !filePath) return false;
  writeFileSync(filePath, bytes);
  return true;
}

/** The window's process has ended: the cases are kept by this one, so a reload loses only what was on the screen. */
async function offerReload(reason: string): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Spanscope: the window has stopped',
    detail: `Reason: ${reason}. Open cases are kept; the place on the screen is lost.`,
    buttons: ['Reload', 'Quit'],
    defaultId: 0,
  });
  if (response === 0) window?.webContents.reload();
  else app.quit();
}
