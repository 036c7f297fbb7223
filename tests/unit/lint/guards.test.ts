/** The guards of the house turn red when they should. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
let house: string;

/** A small house with the real rules. */
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'spanscope-house-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(root, name), join(house, name));
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const file of [
    'api/contract/format',
    'engine/heap',
    'parsers/registry',
    'case/case',
    'analysis/diagnose',
    'shells/cli/main',
  ])
    put(`src-main/${file}.ts`, 'export const x = 1;\n');
  put('src-renderer/main.ts', "import '../src-main/api/contract/format.ts';\n");
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(join(house, path, '..'), { recursive: true });
  writeFileSync(join(house, path), text);
}

function rules(): { status: number | null; text: string } {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'src-main',
      'src-renderer',
    ],
    { cwd: house, encoding: 'utf8' },
  );
  return { status, text: stdout };
}

describe('the direction of imports', () => {
  it('is green for a sound house', () => {
    expect(rules()).toMatchObject({ status: 0 });
  });

  it.each([
    ['parsers', 'src-main/parsers/bad.ts', "import '../case/case.ts';", 'parsers'],
    ['case', 'src-main/case/bad.ts', "import '../analysis/diagnose.ts';", 'case'],
    ['engine', 'src-main/engine/bad.ts', "import '../parsers/registry.ts';", 'engine-is-ground'],
    ['engine', 'src-main/engine/bad.ts', "import 'node:fs';", 'engine-is-pure'],
    ['contract', 'src-main/api/contract/bad.ts', "import '../../engine/heap.ts';", 'contract-is-ground'],
    ['analysis', 'src-main/analysis/bad.ts', "import '../shells/cli/main.ts';", 'shells-are-on-top'],
    ['the window', 'src-renderer/bad.ts', "import '../src-main/case/case.ts';", 'window-knows-the-contract'],
    ['a circle', 'src-main/case/bad.ts', "import './worse.ts';", 'no-circle'],
    ['a tool', 'src-main/case/bad.ts', "import 'fast-check';", 'declared-dependencies'],
  ])('is red where %s reaches up', (_, path, text, rule) => {
    put(path, `${text}\n`);
    if (rule === 'no-circle') put('src-main/case/worse.ts', "import './bad.ts';\n");
    const { status, text: said } = rules();
    rmSync(join(house, path));
    rmSync(join(house, 'src-main/case/worse.ts'), { force: true });
    expect(said).toContain(rule);
    expect(status).not.toBe(0);
  });
});

describe('the check of regular expressions', () => {
  it.each([
    [String.raw`/^\s*(\S+\s*)+:/`, 1],
    ['/(.+)@(.+)s (.+)%: (.+) ms/', 1],
    [String.raw`/^gc (\d{1,9}) @([\d.]{1,20})s /`, 0],
  ])('%s: exit %i', (pattern, status) => {
    put('patterns/a.ts', `export const p = ${pattern};\n`);
    const run = spawnSync(process.execPath, [join(root, 'scripts/check-patterns.mjs'), join(house, 'patterns')], {
      cwd: house,
      encoding: 'utf8',
    });
    expect(run.stderr.includes('a.ts:1')).toBe(status === 1);
    expect(run.status).toBe(status);
  });
});
