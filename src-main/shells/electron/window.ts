/** Makes the window and closes every way out of it. */
import { BrowserWindow, session, type WebContents, type WebPreferences } from 'electron';
import { isSameDocument, startUrl } from './origin.ts';

/** Every preference we set; the rest stay at Electron's defaults, which are the safe ones. */
export function preferences(preload: string): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    nodeIntegration: false,
    sandbox: true,
    webSecurity: true,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}

export function openWindow(preload: string, title: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    title,
    show: false,
    backgroundColor: '#14161a',
    webPreferences: preferences(preload),
  });
  confine(window.webContents);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(startUrl);
  return window;
}

/** No navigation, no new windows, no embedded pages. */
export function confine(contents: WebContents): void {
  const stay = (event: { preventDefault(): void; readonly url: string }) => {
    if (!isSameDocument(contents.getURL(), event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** No permission, no device, no download, in any window. */
export function denyEverything(): void {
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.on('will-download', (event) => event.preventDefault());
}
