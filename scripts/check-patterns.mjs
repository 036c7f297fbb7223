/**
 * Every regular expression of the sources goes through recheck: a pattern that is worse than linear on some input is an error, since lines come from
 * whoever writes the log (security.md P1). What was judged before is remembered by pattern in node_modules/.cache.
 *
 * Usage: node scripts/check-patterns.mjs [FOLDER...]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from 'recheck';
import ts from 'typescript';

const cacheFile = join('node_modules', '.cache', 'spanscope-patterns.json');
const folders = process.argv.slice(2);
const roots = folders.length > 0 ? folders : ['src-main', 'src-renderer'];

function* sources(path) {
  if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) yield* sources(join(path, name));
  else if (/\.(?:ts|svelte)$/.test(path)) yield path;
}

/** Patterns of a file with their line. In Svelte files only the script is TypeScript. */
function patterns(path) {
  const whole = readFileSync(path, 'utf8');
  const script = path.endsWith('.svelte') ? (/<script[^>]*>([\s\S]*?)<\/script>/.exec(whole)?.[1] ?? '') : whole;
  const file = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
        line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const cache = existsSync(cacheFile) ? JSON.parse(readFileSync(cacheFile, 'utf8')) : {};
let judged = 0;
const bad = [];
for (const root of roots) {
  if (!existsSync(root)) continue;
  for (const path of sources(root)) {
    for (const { source, flags, line } of patterns(path)) {
      judged++;
      const key = `${flags} ${source}`;
      // a pattern too large to be proven in time is reported as unknown, not as safe
      cache[key] ??= await check(source, flags, { timeout: 120_000, randomSeed: 1 }).then((r) => ({
        status: r.status,
        complexity: r.complexity?.summary ?? r.complexity?.type ?? '',
      }));
      if (cache[key].status !== 'safe')
        bad.push(`${path}:${line} ${cache[key].status} ${cache[key].complexity} /${source.slice(0, 120)}/${flags}`);
    }
  }
}
mkdirSync(join('node_modules', '.cache'), { recursive: true });
writeFileSync(cacheFile, JSON.stringify(cache));
for (const text of bad) process.stderr.write(`${text}\n`);
process.stdout.write(`${judged} patterns, ${bad.length} not safe\n`);
process.exit(bad.length > 0 ? 1 : 0);
