/**
 * Whose code a Go function is. The first elements of the standard library's paths are known; `main` is the program; everything else comes from a
 * module, the program's own or another, which the path of the file tells apart. A program's own module often has no dot in its name (`module billing`), so a dot alone decides nothing.
 *
 * @source go.dev/ref/mod "Module paths"; runtime/symtab.go function names; folders of GOROOT/src in Go 1.19 to 1.26
 */
export type CodeOwner = 'runtime' | 'standard' | 'dependency' | 'module' | 'main' | 'native';

const standardRoots = new Set(
  (
    'archive arena bufio builtin bytes cmd cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html ' +
    'image index internal io iter log maps math mime net os path plugin reflect regexp runtime simd slices sort strconv strings structs sync ' +
    'syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
);

/** Import path of the package of a function symbol: `a.b/c/d.(*T).M` -> `a.b/c/d`. Type arguments have paths of their own. */
export function packageOf(symbol: string): string {
  const typed = symbol.indexOf('[');
  if (typed >= 0) return packageOf(symbol.slice(0, typed));
  const slash = symbol.lastIndexOf('/');
  const dot = symbol.indexOf('.', slash + 1);
  return dot < 0 ? symbol : symbol.slice(0, dot);
}

/** Objects of the system that perf names beside their functions: the C library, the loader, allocators, the kernel. */
const systemObject =
  /(?:^|\/)(?:libc|libm|libpthread|librt|libdl|libgcc_s|libstdc\+\+|ld-linux|ld-musl|ld|libjemalloc|libtcmalloc|libmimalloc)[-._\w]{0,40}\.so|^\[/;

/** `module`: code of the program's own module outside `main`; `native`: C, and the stubs that cgo writes around it. */
export function ownerOf(symbol: string, file: string): CodeOwner {
  if (systemObject.test(file)) return 'runtime';
  const pkg = packageOf(symbol);
  if (pkg === 'runtime' || pkg.startsWith('runtime/') || pkg.startsWith('internal/runtime/')) return 'runtime';
  if (isNative(symbol, file)) return 'native';
  if (pkg === 'main') return 'main';
  if (standardRoots.has(pkg.split('/', 1)[0] as string)) return 'standard';
  return isDependency(file) ? 'dependency' : 'module';
}

/** Code of the program itself: where its authors can change it. */
export function isProgramCode(symbol: string, file: string): boolean {
  const owner = ownerOf(symbol, file);
  return owner === 'main' || owner === 'module';
}

function isNative(symbol: string, file: string): boolean {
  return (
    symbol.startsWith('_cgo_') ||
    !symbol.includes('.') ||
    file.endsWith('_cgo_gotypes.go') ||
    /\._C2?func_/.test(symbol) ||
    /\.(?:c|cc|cpp|cxx|h)$/.test(file)
  );
}

/** Other modules lie under their version, in the module cache or cut off by -trimpath, or in a vendor folder. */
function isDependency(file: string): boolean {
  return /@v\d/.test(file) || file.includes('/vendor/');
}
