/** Which addresses are the window's own. Compared as parsed URLs: a text search would let `https://x/?app://spanscope/` pass. */
export const scheme = 'app';
export const host = 'spanscope';
export const startUrl = `${scheme}://${host}/index.html`;

/** True for documents and files of the window itself. */
export function isOwnUrl(text: string): boolean {
  const url = parse(text);
  return url !== undefined && url.protocol === `${scheme}:` && url.hostname === host && url.port === '' && bare(url);
}

/** True where `to` is the document shown, or another place in it. */
export function isSameDocument(from: string, to: string): boolean {
  const a = parse(from);
  const b = parse(to);
  return a !== undefined && b !== undefined && isOwnUrl(to) && a.pathname === b.pathname && a.search === b.search;
}

function bare(url: URL): boolean {
  return url.username === '' && url.password === '';
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
