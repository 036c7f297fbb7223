import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channels } from '../../../../src-main/shells/electron/channels.ts';
import { standIn } from './electron-stand-in.ts';

const electron = vi.hoisted(() => ({ current: {} as Record<string, unknown> }));
vi.mock(
  'electron',
  () =>
    new Proxy(
      {},
      {
        get: (_, name) => (name === 'then' ? undefined : electron.current[String(name)]),
        has: () => true,
      },
    ),
);
vi.mock('../../../../src-main/shells/window-files.ts', () => ({ windowFiles: () => new Map() }));

const ours = { senderFrame: { parent: null, url: 'app://spanscope/index.html' } };
let shell: ReturnType<typeof standIn>;
let folder: string;

async function start(...args: string[]) {
  vi.resetModules();
  shell = standIn();
  electron.current = shell.electron;
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['electron', 'main.js', ...args]);
  await import('../../../../src-main/shells/electron/main.ts');
  shell.becomeReady();
  await vi.waitFor(() => expect(shell.windows.length).toBe(1));
  shell.windows[0]?.webContents.emit('did-finish-load');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanscope-shell-'));
  process.env.SPANSCOPE_HOME = folder;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const call = (event: unknown, ...args: unknown[]) =>
  (
    shell.handlers.get(channels.call) as (
      event: unknown,
      ...args: unknown[]
    ) => Promise<{ value?: unknown; error?: unknown }>
  )(event, ...args);

describe('the Electron shell', () => {
  it('sandboxes everything and sets just these preferences', async () => {
    await start();
    expect(shell.electron.app.enableSandbox).toHaveBeenCalledOnce();
    const [window] = shell.windows;
    const { preload, ...rest } = (window?.options.webPreferences ?? {}) as Record<string, unknown>;
    expect(preload).toMatch(/out[/\\]preload[/\\]preload\.cjs$/);
    expect(rest).toEqual({
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: true,
      webSecurity: true,
      navigateOnDragDrop: false,
      spellcheck: false,
    });
    expect(window?.loaded).toEqual(['app://spanscope/index.html']);
  });

  it('registers its scheme without a way around the policy', async () => {
    await start();
    expect(shell.electron.protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  it('denies permissions, devices, downloads, navigation, windows and embedded pages', async () => {
    await start();
    const own = shell.electron.session.defaultSession;
    const decide = vi.fn();
    own.setPermissionRequestHandler.mock.calls[0]?.[0]({}, 'media', decide);
    expect(decide).toHaveBeenCalledWith(false);
    expect(own.setPermissionCheckHandler.mock.calls[0]?.[0]()).toBe(false);
    expect(own.setDevicePermissionHandler.mock.calls[0]?.[0]()).toBe(false);
    const contents = shell.windows[0]?.webContents;
    const prevented = (name: string, event: object) => {
      const preventDefault = vi.fn();
      (name === 'will-download' ? own : contents)?.emit(name, { ...event, preventDefault });
      return preventDefault.mock.calls.length > 0;
    };
    expect(prevented('will-download', {})).toBe(true);
    expect(prevented('will-navigate', { url: 'https://x/?app://spanscope/' })).toBe(true);
    expect(prevented('will-redirect', { url: 'file:///etc/passwd' })).toBe(true);
    expect(prevented('will-navigate', { url: 'app://spanscope/index.html#/timeline' })).toBe(false);
    expect(prevented('will-attach-webview', {})).toBe(true);
    expect(contents?.openHandler?.({ url: 'https://example.com' })).toEqual({ action: 'deny' });
  });

  it('answers a call of the window', async () => {
    await start();
    expect(await call(ours, 'app.info', {})).toMatchObject({ value: { shell: 'electron' } });
  });

  it('answers what is against the contract with an error as a value', async () => {
    await start();
    expect(await call(ours, 'app.info', { extra: 1 })).toMatchObject({ error: { code: 'error/arguments' } });
    expect(await call(ours, 'constructor', {})).toMatchObject({ error: { code: 'error/arguments' } });
  });

  it.each([
    ['another origin', { senderFrame: { parent: null, url: 'https://evil/' } }],
    ['about:blank', { senderFrame: { parent: null, url: 'about:blank' } }],
    ['an inner frame', { senderFrame: { parent: {}, url: 'app://spanscope/index.html' } }],
    ['a frame that is gone', { senderFrame: null }],
  ])('refuses a message of %s', async (_, event) => {
    await start();
    await expect(call(event, 'app.info', {})).rejects.toThrow('sender');
  });

  it('refuses arguments of 100 MB and more than it takes', async () => {
    await start();
    await expect(call(ours, 'app.info', 'x'.repeat(100 * 2 ** 20))).rejects.toThrow('too large');
    await expect(call(ours, 'app.info', [Array.from({ length: 3e6 }, () => 1)])).rejects.toThrow('too large');
    await expect(call(ours, 'app.info', {}, {})).rejects.toThrow('too large');
  });

  it('opens by path what the person gave and nothing else', async () => {
    await start();
    const path = join(folder, 'x.log');
    writeFileSync(path, 'gc 1 @0.1s 1%: 0+0+0 ms clock, 0+0/0/0+0 ms cpu, 4->4->1 MB, 5 MB goal, 1 P\n');
    const open = () => call(ours, 'case.open', { source: { kind: 'paths', paths: [path] } });
    expect(await open()).toHaveProperty('error');
    const event: { returnValue?: unknown; senderFrame: unknown } = { ...ours };
    shell.listeners.get(channels.given)?.(event, [path, 7, 'relative']);
    expect(event.returnValue).toBe(true);
    expect(await open()).toHaveProperty('value.job');
    expect(() => shell.listeners.get(channels.given)?.({ senderFrame: null } as never, ['/etc'])).toThrow('sender');
  });

  it('hands a second start to the first, which takes only what looks like evidence', async () => {
    await start();
    const path = join(folder, 'y.log');
    writeFileSync(path, 'hello\n');
    writeFileSync(join(folder, 'y.exe'), 'MZ');
    shell.electron.app.emit('second-instance', {}, ['spanscope', '--flag', 'y.log', 'y.exe', 'none.zip', '\0'], folder);
    const jobs = () => shell.windows[0]?.webContents.sent.map(([, e]) => e as { job: string });
    await vi.waitFor(() => expect(new Set(jobs()?.map((e) => e.job)).size).toBe(1));
    expect(shell.windows[0]?.focus).toHaveBeenCalled();
  });

  it('ends when another is running', async () => {
    vi.resetModules();
    shell = standIn();
    shell.electron.app.requestSingleInstanceLock.mockReturnValue(false);
    electron.current = shell.electron;
    await import('../../../../src-main/shells/electron/main.ts');
    expect(shell.electron.app.quit).toHaveBeenCalled();
    expect(shell.windows).toHaveLength(0);
  });

  it('writes a file only where the person said', async () => {
    await start();
    const save = shell.handlers.get(channels.save) as (event: unknown, ...args: unknown[]) => Promise<boolean>;
    expect(await save(ours, '../../x.pdf', new Uint8Array([1]))).toBe(false);
    expect(shell.electron.dialog.showSaveDialog).toHaveBeenCalledWith(expect.anything(), { defaultPath: 'x.pdf' });
    const filePath = join(folder, 'out.pdf');
    shell.electron.dialog.showSaveDialog.mockResolvedValue({ canceled: false, filePath });
    expect(await save(ours, 'x.pdf', new Uint8Array([1]))).toBe(true);
    expect(await save(ours, 'x.pdf', 'text')).toBe(false);
  });

  it('offers to load the window anew when its process has gone', async () => {
    await start();
    const contents = shell.windows[0]?.webContents;
    shell.electron.app.emit('web-contents-created', {}, contents);
    contents?.emit('render-process-gone', {}, { reason: 'oom' });
    await vi.waitFor(() => expect(contents?.reload).toHaveBeenCalled());
  });

  it('shows developer tools only when asked', async () => {
    const hasTools = () =>
      JSON.stringify(shell.electron.Menu.buildFromTemplate.mock.calls[0]).includes('toggleDevTools');
    await start();
    expect(hasTools()).toBe(false);
    await start('--devtools');
    expect(hasTools()).toBe(true);
  });
});

interface Exposed {
  call(name: string, args: unknown): Promise<unknown>;
  subscribe(listener: (...args: unknown[]) => void): () => void;
  pathsOf(files: unknown): readonly string[];
}

describe('the preload', () => {
  it('exposes four functions and drops the event object', async () => {
    vi.resetModules();
    shell = standIn();
    electron.current = shell.electron;
    await import('../../../../src-main/shells/electron/preload.ts');
    const bridge = shell.exposed.get('spanscope') as unknown as Exposed;
    expect(Object.keys(bridge).sort()).toEqual(['call', 'pathsOf', 'save', 'subscribe']);
    const heard: unknown[] = [];
    bridge.subscribe((...args: unknown[]) => heard.push(args));
    shell.electron.ipcRenderer.on.mock.calls[0]?.[1]({ sender: 'secret' }, { topic: 'job' });
    expect(heard).toEqual([[{ topic: 'job' }]]);
    shell.electron.ipcRenderer.invoke.mockResolvedValue({ error: { code: 'x' } });
    await expect(bridge.call('a', {})).rejects.toEqual({ code: 'x' });
    const files = [
      { path: '/a/case/logs/x', webkitRelativePath: 'case/logs/x' },
      { path: '/a/y.zip', webkitRelativePath: '' },
    ];
    expect(bridge.pathsOf(files)).toEqual(['/a/case', '/a/y.zip']);
    expect(shell.electron.ipcRenderer.sendSync).toHaveBeenCalledWith(channels.given, ['/a/case', '/a/y.zip']);
  });
});
