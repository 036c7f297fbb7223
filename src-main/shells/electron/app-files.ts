/** Answers requests for the window's files from the table made at the start: nothing is decoded, nothing joined to a folder. */
import { typeOf, windowHeaders } from '../window-headers.ts';
import { isOwnUrl } from './origin.ts';

/** @param files path as in the URL to bytes */
export function answerFile(
  request: { readonly url: string; readonly method: string },
  files: ReadonlyMap<string, Buffer>,
): Response {
  const file = request.method === 'GET' && isOwnUrl(request.url) ? files.get(new URL(request.url).pathname) : undefined;
  if (!file)
    return new Response('not found\n', { status: 404, headers: { ...windowHeaders, 'content-type': 'text/plain' } });
  const { pathname } = new URL(request.url);
  return new Response(Uint8Array.from(file), {
    headers: { ...windowHeaders, 'content-type': typeOf(pathname === '/' ? '/index.html' : pathname) },
  });
}
