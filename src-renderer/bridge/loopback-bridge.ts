import type { CallArgs, CallError, CallName, CallResults, ServiceEvent } from '../../src-main/api/contract/calls.ts';
import { decodeWire } from '../../src-main/api/contract/wire.ts';
import { downloadBytes } from './download.ts';
import { linesOf } from './lines-of.ts';
import type { GivenFile, Handover, OpenSource, WindowBridge } from './window-bridge.ts';

const tokenKey = 'spanscope.token';
const retryMs = 2_000;

/**
 * The service over HTTP. The token comes after `#` in the address that the start command printed; it is taken out of the address bar at once and kept for
 * this tab alone, so that a reload still finds it.
 */
export class LoopbackBridge implements WindowBridge {
  private readonly token = takeToken();
  private readonly listeners = new Set<(event: ServiceEvent) => void>();
  private watcher: (isThere: boolean) => void = () => undefined;

  async call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResults[N]> {
    const response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify(args),
    }).catch(() => {
      throw shellError('shell/unreachable');
    });
    if (response.ok) return decodeWire(await response.arrayBuffer()) as CallResults[N];
    if (response.status === 422) throw (await response.json()) as CallError;
    throw shellError(response.status === 401 ? 'shell/token' : 'shell/refused', response.status);
  }

  subscribe(listener: (event: ServiceEvent) => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) void this.listen();
    return () => this.listeners.delete(listener);
  }

  watch(listener: (isThere: boolean) => void): void {
    this.watcher = listener;
  }

  async hand(files: readonly GivenFile[], { progress, signal }: Handover): Promise<OpenSource> {
    const upload = crypto.randomUUID();
    const total = files.reduce((sum, f) => sum + f.file.size, 0);
    let before = 0;
    for (const { file, name } of files) {
      await this.send(upload, file, name, signal, (sent) => progress(before + sent, total, name));
      before += file.size;
    }
    return { kind: 'upload', upload };
  }

  async save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<boolean> {
    downloadBytes(name, bytes, type);
    return true;
  }

  /** XMLHttpRequest, since fetch does not tell how much was sent. */
  private send(
    upload: string,
    file: File,
    name: string,
    signal: AbortSignal,
    progress: (sent: number) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', `/upload?id=${upload}&name=${encodeURIComponent(name)}`);
      request.setRequestHeader('authorization', `Bearer ${this.token}`);
      request.setRequestHeader('content-type', 'application/octet-stream');
      request.upload.onprogress = (event) => progress(event.loaded);
      request.onload = () => (request.status === 204 ? resolve() : reject(shellError('shell/refused', request.status)));
      request.onerror = () => reject(shellError('shell/unreachable'));
      request.onabort = () => reject(shellError('shell/cancelled'));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      request.send(file);
    });
  }

  /** Reads events for as long as the window lives; begins again when the stream ends. */
  private async listen(): Promise<void> {
    for (;;) {
      try {
        const response = await fetch('/events', { headers: { authorization: `Bearer ${this.token}` } });
        if (response.status === 401) return;
        if (response.ok && response.body) {
          this.watcher(true);
          for await (const line of linesOf(response.body)) {
            const event = JSON.parse(line) as ServiceEvent;
            for (const listener of this.listeners) listener(event);
          }
        }
      } catch {
        // said below, and tried again
      }
      this.watcher(false);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

function takeToken(): string {
  const found = /[#&]token=([\w-]{1,200})/.exec(window.location.hash);
  if (!found?.[1]) return sessionStorage.getItem(tokenKey) ?? '';
  const rest = window.location.hash.replace(found[0], '').replace(/^#?&?/, '');
  window.history.replaceState(null, '', rest ? `#${rest}` : window.location.pathname);
  sessionStorage.setItem(tokenKey, found[1]);
  return found[1];
}

function shellError(
  code: 'shell/unreachable' | 'shell/token' | 'shell/refused' | 'shell/cancelled',
  status = 0,
): CallError {
  return { code, args: { status }, message: `${code} ${status}`, unsafe: false };
}
