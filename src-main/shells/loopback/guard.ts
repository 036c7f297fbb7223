/**
 * Who may talk to the loopback server. It answers only itself: the `Host` must be its own address, an `Origin` its own, a cross-site fetch is refused whatever it
 * carries, and calls need the token that was printed once at the start.
 *
 * @source security.md 5.3 L1, L2; Fetch Metadata Request Headers (W3C)
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Refused = { readonly status: 401 | 403 | 405 | 415; readonly reason: string };

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export class Guard {
  private readonly hosts: ReadonlySet<string>;
  private readonly token: Buffer;

  constructor(port: number, token: string) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
    this.token = Buffer.from(token);
  }

  /** Undefined: let it in. */
  judge(request: Request): Refused | undefined {
    const { headers, method, path } = request;
    if (!this.hosts.has(headers.host ?? '')) return { status: 403, reason: 'host' };
    const { origin } = headers;
    if (origin !== undefined && !this.isOwn(origin)) return { status: 403, reason: 'origin' };
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return { status: 403, reason: 'site' };
    const needsToken = path.startsWith('/api/') || path.startsWith('/upload') || path === '/events';
    if (!needsToken) return method === 'GET' || method === 'HEAD' ? undefined : { status: 405, reason: 'method' };
    if (!this.hasToken(headers.authorization)) return { status: 401, reason: 'token' };
    if (path === '/events') return method === 'GET' ? undefined : { status: 405, reason: 'method' };
    if (method !== 'POST') return { status: 405, reason: 'method' };
    const wanted = path.startsWith('/upload') ? 'application/octet-stream' : 'application/json';
    const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    return type === wanted ? undefined : { status: 415, reason: 'content type' };
  }

  private isOwn(origin: string): boolean {
    for (const host of this.hosts) if (origin === `http://${host}`) return true;
    return false;
  }

  private hasToken(authorization: string | undefined): boolean {
    const m = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? '');
    if (!m) return false;
    const given = Buffer.from(m[1] as string);
    return given.length === this.token.length && timingSafeEqual(given, this.token);
  }
}
