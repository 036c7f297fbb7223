import { describe, expect, it } from 'vitest';
import { isOwnUrl, isSameDocument } from '../../../../src-main/shells/electron/origin.ts';

describe('isOwnUrl', () => {
  it.each([
    'app://spanscope/',
    'app://spanscope/index.html',
    'app://spanscope/index.html#token=1',
    'app://spanscope/assets/a.js?x=1',
    'app://spanscope',
  ])('takes %s', (url) => {
    expect(isOwnUrl(url)).toBe(true);
  });

  it.each([
    '',
    'about:blank',
    'about:srcdoc',
    'app:',
    'app://',
    'app:spanscope',
    'app:///spanscope/index.html',
    'app://spanscope.evil/index.html',
    'app://spanscope@evil/index.html',
    'app://evil/app://spanscope/index.html',
    'app://x:y@spanscope/',
    'app://spanscope:80/',
    'apps://spanscope/',
    'data:text/html,<script>1</script>',
    'blob:app://spanscope/1',
    'file:///etc/passwd',
    'file://spanscope/index.html',
    'http://spanscope/',
    'https://x/?app://spanscope/',
    'https://x/#app://spanscope/',
    'https://app://spanscope/',
    'javascript:alert(1)//app://spanscope/',
    'view-source:app://spanscope/',
    'filesystem:app://spanscope/temporary/x',
    'chrome://version',
    'devtools://devtools/bundled/inspector.html',
    'ws://spanscope/',
    '//spanscope/index.html',
    'app\n://evil/',
  ])('refuses %j', (url) => {
    expect(isOwnUrl(url)).toBe(false);
  });
});

describe('isSameDocument', () => {
  const at = 'app://spanscope/index.html#a';
  it.each([
    ['app://spanscope/index.html', true],
    ['app://spanscope/index.html#b', true],
    ['app://spanscope/other.html', false],
    ['app://spanscope/index.html?x', false],
    ['https://spanscope/index.html', false],
    ['', false],
  ])('to %s: %s', (to, same) => {
    expect(isSameDocument(at, to)).toBe(same);
  });
});
