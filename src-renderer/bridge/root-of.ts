/** A file out of a chosen folder stands for the folder: `/a/case/logs/x` given as `case/logs/x` is `/a/case`. */
export function rootOf(path: string, name: string): string {
  const [top, ...inner] = name.split('/');
  if (inner.length === 0 || top === undefined) return path;
  return path.slice(0, path.length - inner.join('/').length - 1);
}
