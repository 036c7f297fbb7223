import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Guard } from '../../../../src-main/shells/loopback/guard.ts';

const token = 'a'.repeat(43);
const guard = new Guard(4321, token);
const own: IncomingHttpHeaders = {
  host: '127.0.0.1:4321',
  origin: 'http://127.0.0.1:4321',
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'sec-fetch-site': 'same-origin',
};
const post = (headers: IncomingHttpHeaders, path = '/api/app.info', method = 'POST') =>
  guard.judge({ method, path, headers })?.reason ?? 'let in';

describe('Guard', () => {
  it.each<[string, IncomingHttpHeaders]>([
    ['all as it should be', own],
    ['the other names of this machine', { ...own, host: 'localhost:4321', origin: 'http://localhost:4321' }],
    ['IPv6', { ...own, host: '[::1]:4321', origin: 'http://[::1]:4321' }],
    ['no origin, as scripts send none', { ...own, origin: undefined }],
    ['no fetch metadata', { ...own, 'sec-fetch-site': undefined }],
    ['typed into the address bar', { ...own, 'sec-fetch-site': 'none' }],
    ['a content type with parameters', { ...own, 'content-type': 'Application/JSON; charset=utf-8' }],
  ])('lets in: %s', (_, headers) => {
    expect(post(headers)).toBe('let in');
  });

  it.each<[string, IncomingHttpHeaders, string]>([
    ['no host', { ...own, host: undefined }, 'host'],
    ['another host (rebinding)', { ...own, host: 'evil.example:4321' }, 'host'],
    ['a host that ends in ours', { ...own, host: 'x127.0.0.1:4321' }, 'host'],
    ['another port', { ...own, host: '127.0.0.1:4322' }, 'host'],
    ['no port', { ...own, host: '127.0.0.1' }, 'host'],
    ['a host with user', { ...own, host: 'a@127.0.0.1:4321' }, 'host'],
    ['another origin', { ...own, origin: 'https://evil.example' }, 'origin'],
    ['origin null', { ...own, origin: 'null' }, 'origin'],
    ['an empty origin', { ...own, origin: '' }, 'origin'],
    ['https of ours', { ...own, origin: 'https://127.0.0.1:4321' }, 'origin'],
    ['another port of ours', { ...own, origin: 'http://127.0.0.1:80' }, 'origin'],
    ['an origin that begins with ours', { ...own, origin: 'http://127.0.0.1:4321.evil.example' }, 'origin'],
    ['a file', { ...own, origin: 'file://' }, 'origin'],
    ['a cross-site fetch', { ...own, origin: undefined, 'sec-fetch-site': 'cross-site' }, 'site'],
    ['a same-site fetch', { ...own, 'sec-fetch-site': 'same-site' }, 'site'],
    ['no token', { ...own, authorization: undefined }, 'token'],
    ['a wrong token', { ...own, authorization: `Bearer ${'b'.repeat(43)}` }, 'token'],
    ['a shorter token', { ...own, authorization: `Bearer ${'a'.repeat(42)}` }, 'token'],
    ['a token of another kind', { ...own, authorization: `Basic ${token}` }, 'token'],
    ['two tokens', { ...own, authorization: `Bearer ${token} ${token}` }, 'token'],
    ['a form', { ...own, 'content-type': 'application/x-www-form-urlencoded' }, 'content type'],
    ['plain text', { ...own, 'content-type': 'text/plain' }, 'content type'],
    ['no content type', { ...own, 'content-type': undefined }, 'content type'],
  ])('refuses: %s', (_, headers, reason) => {
    expect(post(headers)).toBe(reason);
  });

  it.each([
    ['GET', '/api/app.info', 'method'],
    ['PUT', '/api/app.info', 'method'],
    ['POST', '/events', 'method'],
    ['POST', '/index.html', 'method'],
    ['GET', '/index.html', 'let in'],
    ['GET', '/events', 'let in'],
  ])('%s %s: %s', (method, path, reason) => {
    expect(post(own, path, method)).toBe(reason);
  });

  it('gives the page itself without a token, and nothing to another site', () => {
    const bare = { host: own.host, 'sec-fetch-site': 'none' } as IncomingHttpHeaders;
    expect(post(bare, '/', 'GET')).toBe('let in');
    expect(post({ ...bare, 'sec-fetch-site': 'cross-site' }, '/', 'GET')).toBe('site');
    expect(post(bare, '/events', 'GET')).toBe('token');
  });
});
