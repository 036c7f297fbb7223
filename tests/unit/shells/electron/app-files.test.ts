import { describe, expect, it } from 'vitest';
import { answerFile } from '../../../../src-main/shells/electron/app-files.ts';
import { contentSecurityPolicy } from '../../../../src-main/shells/window-headers.ts';

const files = new Map([
  ['/', Buffer.from('<html>')],
  ['/index.html', Buffer.from('<html>')],
  ['/assets/a.js', Buffer.from('1')],
]);
const get = (url: string, method = 'GET') => answerFile({ url, method }, files);

describe('answerFile', () => {
  it.each([
    ['app://spanscope/', 'text/html; charset=utf-8'],
    ['app://spanscope/index.html', 'text/html; charset=utf-8'],
    ['app://spanscope/assets/a.js', 'text/javascript; charset=utf-8'],
    ['app://spanscope/assets/a.js?v=1', 'text/javascript; charset=utf-8'],
    ['app://spanscope/assets/x/../a.js', 'text/javascript; charset=utf-8'],
    ['app://spanscope/%2e%2e/index.html', 'text/html; charset=utf-8'],
  ])('gives %s', async (url, type) => {
    const response = get(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
  });

  it.each([
    'app://spanscope/a',
    'app://spanscope/assets',
    'app://spanscope/assets/',
    'app://spanscope/assets/a.js/',
    'app://spanscope//assets/a.js',
    'app://spanscope/assets%2fa.js',
    'app://spanscope/a%2f..%2f..%2fetc',
    'app://spanscope/..%2fetc%2fpasswd',
    'app://spanscope/%2e%2e%2fetc%2fpasswd',
    'app://spanscope/..\\..\\etc\\passwd',
    'app://spanscope/%5c..%5cetc',
    'app://spanscope/assets/a.js%00',
    'app://spanscope/assets/a.js%00.png',
    'app://spanscope/ASSETS/A.JS',
    'app://spanscope/assets/A.js',
    'app://spanscope/index.html/',
    'app://spanscope/index.html;x',
    'app://spanscope/%69ndex.html',
    'app://spanscope/C:/windows',
    'app://spanscope/C:%5cwindows',
    'app://spanscope/file:///etc/passwd',
    'app://spanscope/app.asar',
    'app://spanscope/../app.asar',
    'app://spanscope/__proto__',
    'app://spanscope/constructor',
    'app://other/index.html',
    'app://spanscope.other/index.html',
    'app://a@spanscope/index.html',
    'app://spanscope:1/index.html',
    'http://spanscope/index.html',
    'file:///index.html',
    'file:///etc/passwd',
    'data:text/html,x',
    'not a url',
    '',
  ])('has nothing for %j', (url) => {
    expect(get(url).status).toBe(404);
  });

  it.each(['POST', 'HEAD', 'PUT', 'OPTIONS'])('answers no %s', (method) => {
    expect(get('app://spanscope/index.html', method).status).toBe(404);
  });
});
