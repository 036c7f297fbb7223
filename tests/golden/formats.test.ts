/**
 * Every fixture, once under its own name and once as `unknown`: sniffing must not lean on names. Files whose name is part of the format (a control group's files of
 * one number) are listed. UPDATE=1 rewrites what is expected; read the difference before you commit it.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenOf, readFixture } from './read-fixture.ts';

const root = join(import.meta.dirname, '..', 'fixtures');
const isUpdate = process.env.UPDATE === '1';
/** The kernel gives these files no content by which to tell them. */
const needsName = /^(?:memory\.(?:limit_in_bytes|oom_control))$/;
const isInput = (name: string) => !/\.(?:origin\.md|expected\.json)$/.test(name) && name !== 'README.md';

const fixtures = readdirSync(root)
  .filter(
    (folder) =>
      statSync(join(root, folder)).isDirectory() &&
      !folder.startsWith('bundle-') &&
      !folder.startsWith('engine') &&
      !folder.startsWith('what-if') &&
      !folder.startsWith('go-trace'),
  )
  .flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter(isInput)
      .map((name) => ({ folder, name })),
  );

describe.each(fixtures)('$folder/$name', ({ folder, name }) => {
  const path = join(root, folder, name);
  const expectedPath = `${path}.expected.json`;

  it('says where it comes from', () => {
    expect(readFileSync(`${path}.origin.md`, 'utf8').trim()).not.toBe('');
  });

  it('is read as before', async () => {
    const golden = goldenOf(await readFixture(path, name));
    if (isUpdate) writeFileSync(expectedPath, `${JSON.stringify(golden, undefined, 1)}\n`);
    expect(existsSync(expectedPath), 'run with UPDATE=1 once').toBe(true);
    expect(golden).toEqual(JSON.parse(readFileSync(expectedPath, 'utf8')));
  });

  it.skipIf(needsName.test(name))('is told by its bytes, not by its name', async () => {
    const golden = goldenOf(await readFixture(path, 'unknown'));
    expect(golden).toEqual(JSON.parse(readFileSync(expectedPath, 'utf8')));
  });
});
