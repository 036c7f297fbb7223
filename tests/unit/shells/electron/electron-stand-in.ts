/** A stand-in for Electron that remembers what it was told. There is no Electron binary on the test machines. */
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

export interface Handled {
  readonly handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown>;
  readonly listeners: Map<string, (event: { returnValue?: unknown }, ...args: unknown[]) => void>;
}

class StandInContents extends EventEmitter {
  url = 'app://spanscope/index.html';
  readonly sent: [string, unknown][] = [];
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  getURL = () => this.url;
  send = (channel: string, value: unknown) => void this.sent.push([channel, value]);
  reload = vi.fn();
  setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }) => {
    this.openHandler = handler;
  };
}

class StandInWindow extends EventEmitter {
  static readonly made: StandInWindow[] = [];
  readonly options: Record<string, unknown>;
  readonly webContents = new StandInContents();
  readonly loaded: string[] = [];
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    StandInWindow.made.push(this);
  }
  loadURL = async (url: string) => void this.loaded.push(url);
  show = vi.fn();
  restore = vi.fn();
  focus = vi.fn();
  isDestroyed = () => false;
}

export function standIn() {
  const handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>();
  const listeners = new Map<string, (event: { returnValue?: unknown }, ...args: unknown[]) => void>();
  const exposed = new Map<string, Record<string, (...args: never[]) => unknown>>();
  StandInWindow.made.length = 0;
  let firstReady: () => void = () => undefined;
  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    ready: false,
    isReady: () => app.ready,
    enableSandbox: vi.fn(),
    requestSingleInstanceLock: vi.fn(() => true),
    quit: vi.fn(),
    whenReady: () =>
      new Promise<void>((resolve) => {
        firstReady = () => {
          app.ready = true;
          resolve();
        };
      }),
  });
  const session = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
  });
  return {
    handlers,
    listeners,
    exposed,
    windows: StandInWindow.made,
    becomeReady: () => firstReady(),
    electron: {
      app,
      BrowserWindow: StandInWindow,
      session: { defaultSession: session },
      protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
      ipcMain: {
        handle: (channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) =>
          handlers.set(channel, handler),
        on: (channel: string, listener: (event: { returnValue?: unknown }, ...args: unknown[]) => void) =>
          listeners.set(channel, listener),
      },
      dialog: {
        showSaveDialog: vi.fn(async () => ({ canceled: true, filePath: '' })),
        showMessageBox: vi.fn(async () => ({ response: 0 })),
      },
      Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: vi.fn((t: unknown) => t) },
      contextBridge: {
        exposeInMainWorld: (name: string, api: Record<string, (...args: never[]) => unknown>) => exposed.set(name, api),
      },
      ipcRenderer: { invoke: vi.fn(), on: vi.fn(), removeListener: vi.fn(), sendSync: vi.fn() },
      webUtils: { getPathForFile: (file: { path: string }) => file.path },
    },
  };
}
