/**
 * The loopback shell: the same window in a browser, for jump hosts and for tests. Binds 127.0.0.1 and nothing else.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeWire } from '../../api/contract/wire.ts';
import { CallFailure, Desk } from '../../api/desk.ts';
import type { BundleInput } from '../../case/archive/open-bundle.ts';
import { windowFiles } from '../window-files.ts';
import { typeOf, windowHeaders } from '../window-headers.ts';
import { Guard } from './guard.ts';
import { Uploads } from './uploads.ts';

const largestJson = 8 * 2 ** 20;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 600_000;

export interface LoopbackOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly rendererFolder: string;
  readonly sampleBundle?: string | undefined;
  readonly open?: readonly BundleInput[] | undefined;
  readonly openSample?: boolean;
}

export class LoopbackShell {
  readonly url: string;
  private readonly server: Server;
  private readonly desk: Desk;
  private readonly uploads: Uploads;

  private constructor(server: Server, desk: Desk, uploads: Uploads, url: string) {
    this.server = server;
    this.desk = desk;
    this.uploads = uploads;
    this.url = url;
  }

  static async start(options: LoopbackOptions): Promise<LoopbackShell> {
    const token = randomBytes(32).toString('base64url');
    const uploads = new Uploads();
    const desk = new Desk({
      shell: 'loopback',
      sampleBundle: options.sampleBundle,
      mayOpen: () => false,
      uploaded: (id) => uploads.get(id),
    });
    const files = windowFiles(options.rendererFolder);
    let guard: Guard | undefined;
    const server = createServer((request, response) => {
      const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
      const refused =
        guard?.judge({ method: request.method ?? '', path, headers: request.headers }) ??
        (guard ? undefined : { status: 403 as const, reason: 'starting' });
      if (refused) {
        send(response, refused.status, 'text/plain', `refused: ${refused.reason}\n`);
        request.resume();
        return;
      }
      answer(request, response, path, { desk, uploads, files }).catch(() => {
        if (!response.headersSent) send(response, 500, 'text/plain', 'internal error\n');
        else response.destroy();
      });
    });
    server.headersTimeout = headersTimeoutMs;
    server.requestTimeout = requestTimeoutMs;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    guard = new Guard(port, token);
    if (options.open && options.open.length > 0) desk.openFirst(options.open);
    else if (options.openSample) desk.openSample();
    return new LoopbackShell(server, desk, uploads, `http://127.0.0.1:${port}/#token=${token}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.uploads.clear();
    await this.desk.close();
  }
}

interface Parts {
  readonly desk: Desk;
  readonly uploads: Uploads;
  readonly files: ReadonlyMap<string, Buffer>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { desk, uploads, files }: Parts,
): Promise<void> {
  if (path === '/events') {
    events(response, desk);
    return;
  }
  if (path === '/upload') {
    const query = new URL(request.url ?? '/', 'http://x').searchParams;
    const id = query.get('id') ?? '';
    if (!/^[\w-]{8,64}$/.test(id)) {
      send(response, 400, 'text/plain', 'upload: bad id\n');
      request.resume();
      return;
    }
    await uploads.take(id, (query.get('name') ?? 'upload').slice(0, 4_096), request);
    send(response, 204, 'text/plain', '');
    return;
  }
  if (path.startsWith('/api/')) {
    await call(request, response, path.slice(5), desk);
    return;
  }
  const file = files.get(path);
  if (file) send(response, 200, typeOf(path === '/' ? '/index.html' : path), file);
  else send(response, 404, 'text/plain', 'not found\n');
}

async function call(request: IncomingMessage, response: ServerResponse, name: string, desk: Desk): Promise<void> {
  const body = await readJson(request);
  if (body === undefined) {
    // what is left of the body is not waited for
    response.setHeader('connection', 'close');
    send(response, 413, 'text/plain', 'too large or no JSON\n');
    request.resume();
    return;
  }
  try {
    send(response, 200, 'application/octet-stream', Buffer.from(encodeWire(await desk.call(name, body.value))));
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    send(response, 422, 'application/json', JSON.stringify(error.error));
  }
}

async function readJson(request: IncomingMessage): Promise<{ value: unknown } | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestJson) return undefined;
    parts.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(parts).toString('utf8')) };
  } catch {
    return undefined;
  }
}

/** Events as JSON lines of one long answer: a streaming fetch can carry the token, an EventSource cannot. */
function events(response: ServerResponse, desk: Desk): void {
  response.writeHead(200, { ...windowHeaders, 'content-type': 'application/x-ndjson' });
  response.write('\n');
  const end = desk.subscribe((event) => {
    response.write(`${JSON.stringify(event)}\n`);
  });
  const alive = setInterval(() => response.write('\n'), 15_000);
  response.on('close', () => {
    clearInterval(alive);
    end();
  });
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...windowHeaders, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
