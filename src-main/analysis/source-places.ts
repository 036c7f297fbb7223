/** Places in the source as different tools write them: `./cache.go` of the compiler, `/srv/app/cache.go` or `shop.example/api/cache.go` of a profile, `api/cache.go` of git. */

/** The last element of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Whether two paths can name one file: the shorter is the end of the longer, whole elements only.
 *
 * @param folder where one of the two is a bare file name: the folder it lies in, if that is known. Else a bare name is too little to tell by, and the answer is no.
 */
export function isSameFile(a: string, b: string, folder = ''): boolean {
  const one = a.replace(/^(?:\.{1,2}\/)+/, '');
  const other = b.replace(/^(?:\.{1,2}\/)+/, '');
  if (one === '' || other === '') return false;
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (!long.endsWith(`/${short}`)) return false;
  if (short.includes('/')) return true;
  const around = long.slice(0, -short.length - 1);
  return folder !== '' && baseName(around) === baseName(folder);
}
