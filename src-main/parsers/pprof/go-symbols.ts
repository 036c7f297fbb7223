/**
 * Whose code a Go function is. The packages of the standard library have no dot in the first element of their path; `main` is the program;
 * everything else comes from a module, the program's own or another.
 *
 * @source go.dev/ref/mod "Module paths"; runtime/symtab.go function names
 */
export type CodeOwner = 'runtime' | 'standard' | 'module' | 'main' | 'native';

/** Import path of the package of a function symbol: `a.b/c/d.(*T).M` -> `a.b/c/d`. */
export function packageOf(symbol: string): string {
  const slash = symbol.lastIndexOf('/');
  const dot = symbol.indexOf('.', slash + 1);
  return dot < 0 ? symbol : symbol.slice(0, dot);
}

/** Objects of the system that perf names beside their functions: the C library, the loader, allocators, the kernel. */
const systemObject =
  /(?:^|\/)(?:libc|libm|libpthread|librt|libdl|libgcc_s|libstdc\+\+|ld-linux|ld-musl|ld|libjemalloc|libtcmalloc|libmimalloc)[-._\w]{0,40}\.so|^\[/;

export function ownerOf(symbol: string, file: string): CodeOwner {
  if (systemObject.test(file)) return 'runtime';
  const pkg = packageOf(symbol);
  if (pkg === 'main') return 'main';
  if (pkg === 'runtime' || pkg.startsWith('runtime/') || pkg.startsWith('internal/runtime/')) return 'runtime';
  if (symbol.startsWith('_cgo_') || /\.(?:c|cc|cpp|cxx|h)$/.test(file) || !symbol.includes('.')) return 'native';
  const first = pkg.split('/', 1)[0] as string;
  if (first.includes('.') || first.includes('%')) return 'module';
  // a module without a dot in its name is not in the distribution's source tree
  return /(?:^|\/)src\//.test(file) || !file.includes('/') || file.startsWith(`${pkg}/`) ? 'standard' : 'module';
}
