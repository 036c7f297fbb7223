/**
 * Imports run one way (ARCHITECTURE.md): shells -> api/service -> report -> analysis -> case -> parsers -> engine, with api/contract and engine at the
 * ground. Workers stand above case and below the service. The window knows the contract and nothing else.
 */
const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only: ${allowed.join(', ')}`,
  from: { path: `^src-main/${from}` },
  to: { path: '^src-(main|renderer)/', pathNot: allowed.map((a) => `^src-main/${a}`) },
});

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', comment: 'no circle anywhere', from: {}, to: { circular: true } },
    layer('engine-is-ground', 'engine/', ['engine/']),
    layer('contract-is-ground', 'api/contract/', ['api/contract/']),
    layer('parsers', 'parsers/', ['parsers/', 'engine/', 'api/contract/']),
    layer('case', 'case/', ['case/', 'parsers/', 'engine/', 'api/contract/']),
    layer('workers', 'workers/', ['workers/', 'case/', 'parsers/', 'engine/', 'api/contract/']),
    layer('analysis', 'analysis/', ['analysis/', 'case/', 'parsers/', 'engine/', 'api/contract/']),
    layer('report', 'report/', ['report/', 'analysis/', 'case/', 'parsers/', 'engine/', 'api/contract/']),
    layer('api', 'api/(?!contract/)', ['api/', 'report/', 'analysis/', 'workers/', 'case/', 'parsers/', 'engine/']),
    {
      name: 'shells-are-on-top',
      severity: 'error',
      comment: 'nothing below a shell imports one',
      from: { path: '^src-main/(?!shells/)' },
      to: { path: '^src-main/shells/' },
    },
    {
      name: 'window-knows-the-contract',
      severity: 'error',
      comment: 'the renderer imports api/contract and nothing else of src-main',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/', pathNot: '^src-main/api/contract/' },
    },
    {
      name: 'engine-is-pure',
      severity: 'error',
      comment: 'the engine does no I/O: no platform module, no package',
      from: { path: '^src-main/engine/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      comment: 'what the product imports is a dependency of its own',
      from: { path: '^src-(main|renderer)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/(electron|vite)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default'],
      extensions: ['.ts', '.js', '.svelte', '.json'],
    },
  },
};
