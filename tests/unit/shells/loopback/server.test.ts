/** The loopback server as a browser, a script and a hostile page meet it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWire } from '../../../../src-main/api/contract/wire.ts';
import { LoopbackShell } from '../../../../src-main/shells/loopback/server.ts';
import { contentSecurityPolicy } from '../../../../src-main/shells/window-headers.ts';

const sample = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'sample', 'bundle');
let folder: string;
let shell: LoopbackShell;
let base: string;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanscope-server-'));
  process.env.SPANSCOPE_HOME = join(folder, 'home');
  mkdirSync(join(folder, 'home', 'cases'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  shell = await LoopbackShell.start({ port: 0, rendererFolder: folder, sampleBundle: sample });
  const url = new URL(shell.url);
  base = url.origin;
  token = url.hash.slice('#token='.length);
});
afterAll(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});

const headers = () => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
  fetch(base + path, { method: 'POST', headers: { ...headers(), ...more }, body });
async function call(name: string, args: unknown): Promise<Record<string, unknown>> {
  const response = await post(`/api/${name}`, JSON.stringify(args));
  return response.ok
    ? (decodeWire(await response.arrayBuffer()) as Record<string, unknown>)
    : ((await response.json()) as Record<string, unknown>);
}

/** Events as they come, until one of a job's ends. */
async function endOf(job: () => Promise<string>): Promise<Record<string, unknown>> {
  const response = await fetch(`${base}/events`, { headers: headers() });
  const events: Record<string, unknown>[] = [];
  const id = await job();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.filter((l) => l !== '')) events.push(JSON.parse(line));
    const end = events.find((e) => e.job === id && e.state !== 'running');
    if (end) return end;
  }
  throw new Error('the stream ended');
}

describe('the loopback server', () => {
  it('listens on loopback only, with a token of 256 bits behind the hash', () => {
    expect(shell.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  });

  it('sends the policy and its companions with every answer', async () => {
    for (const path of ['/', '/nothing', '/api/app.info']) {
      const { headers: sent } = await fetch(base + path);
      expect(sent.get('content-security-policy')).toBe(contentSecurityPolicy);
      expect(sent.get('cache-control')).toBe('no-store');
      expect(sent.get('x-content-type-options')).toBe('nosniff');
      expect(sent.get('referrer-policy')).toBe('no-referrer');
      expect(sent.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(sent.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('answers nobody under another name', async () => {
    const status = await new Promise((resolve) => {
      const { port } = new URL(base);
      request({ port, host: '127.0.0.1', path: '/', headers: { host: 'evil.example' } }, (r) => {
        r.resume();
        resolve(r.statusCode);
      }).end();
    });
    expect(status).toBe(403);
    expect((await post('/api/app.info', '{}', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('/api/app.info', '{}', { authorization: 'Bearer x' })).status).toBe(401);
  });

  it('answers calls, and says in words what is wrong with one', async () => {
    expect(await call('app.info', {})).toMatchObject({ shell: 'loopback', hasSample: true });
    expect(await call('no.such', {})).toMatchObject({ code: 'error/arguments' });
    expect(await call('app.info', { extra: true })).toMatchObject({ code: 'error/arguments' });
    expect((await post('/api/app.info', 'no json')).status).toBe(413);
    expect((await post('/api/app.info', `"${'x'.repeat(9 * 2 ** 20)}"`)).status).toBe(413);
  });

  it('opens no path that a page names', async () => {
    expect(await call('case.open', { source: { kind: 'paths', paths: [sample] } })).toHaveProperty('code');
    expect(await call('case.open', { source: { kind: 'upload', upload: 'never-sent' } })).toHaveProperty('code');
  });

  it('opens what was sent to it, under the names it was sent with', async () => {
    for (const name of ['stderr.log', 'vars.jsonl']) {
      const bytes = new Uint8Array(readFileSync(join(sample, name)));
      const sent = await post(`/upload?id=12345678&name=case/${name}`, bytes, {
        'content-type': 'application/octet-stream',
      });
      expect(sent.status).toBe(204);
    }
    const end = await endOf(async () => {
      const { job } = await call('case.open', { source: { kind: 'upload', upload: '12345678' } });
      return String(job);
    });
    expect(end.state).toBe('done');
    const report = await call('case.report', { case: end.case, language: 'en' });
    expect((report.evidence as { path: string }[]).map((e) => e.path)).toEqual(['case/stderr.log', 'case/vars.jsonl']);
    const lanes = await call('timeline.lanes', { case: end.case, language: 'en' });
    const series = (lanes.lanes as { series: { id: string }[] }[]).flatMap((l) => l.series.map((s) => s.id));
    const window = await call('timeline.window', {
      case: end.case,
      series: series.slice(0, 3),
      from: lanes.from,
      to: lanes.to,
      width: 100,
    });
    expect((window.series as { t: unknown }[])[0]?.t).toBeInstanceOf(Float64Array);
    await call('case.close', { case: end.case });
  });

  it('cancels and leaves nothing behind', async () => {
    const large = 'gc 1 @0.1s 1%: 0.1+1+0.1 ms clock, 0.1+0/1/0+0.1 ms cpu, 4->5->3 MB, 8 MB goal, 2 P\n'.repeat(
      600_000,
    );
    await post('/upload?id=87654321&name=large.log', new TextEncoder().encode(large), {
      'content-type': 'application/octet-stream',
    });
    const recent = async () => ((await call('app.info', {})).recent as unknown[]).length;
    const before = await recent();
    const end = await endOf(async () => {
      const { job } = await call('case.open', { source: { kind: 'upload', upload: '87654321' } });
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await call('job.cancel', { job })).toEqual({ cancelled: true });
      return String(job);
    });
    expect(end.state).toBe('cancelled');
    expect(await recent()).toBe(before);
    expect(readdirSync(join(folder, 'home', 'cases'))).toHaveLength(before);
  });
});
