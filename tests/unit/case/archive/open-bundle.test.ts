import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openBundle } from '../../../../src-main/case/archive/open-bundle.ts';
import { type Budgets, defaultBudgets } from '../../../../src-main/case/budgets.ts';
import { Vault } from '../../../../src-main/case/vault.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { tar, zip } from './make-archives.ts';

const text = (s: string) => Buffer.from(s);
const log = text('hello\n');

/** Opens bytes given under a name; also watches that nothing is written beside the vault. */
async function open(bytes: Buffer, name: string, more: { budgets?: Partial<Budgets>; skipUnsafe?: boolean } = {}) {
  const outer = temporaryFolder();
  mkdirSync(join(outer, 'case'));
  mkdirSync(join(outer, 'input'));
  const path = join(outer, 'input', name);
  writeFileSync(path, bytes);
  const vault = new Vault(join(outer, 'case'), false);
  let failure: unknown;
  const opened = await openBundle([path], vault, {
    budgets: { ...defaultBudgets, ...more.budgets },
    skipUnsafe: more.skipUnsafe ?? false,
    refer: false,
    signal: new AbortController().signal,
    progress: () => undefined,
  }).catch((error: unknown) => {
    failure = error;
    return { files: [], containers: [], notes: [] };
  });
  expect(readdirSync(outer).sort()).toEqual(['case', 'input']);
  expect(readdirSync(join(outer, 'input'))).toEqual([name]);
  expect(readdirSync(join(outer, 'case')).sort()).toEqual(['staging', 'vault']);
  if (failure) throw failure;
  const notes = [
    ...opened.notes,
    ...opened.containers.flatMap((c) => c.notes),
    ...opened.files.flatMap((f) => f.notes),
  ];
  return {
    files: opened.files.map((f) => f.path),
    contents: opened.files.map((f) => readFileSync(vault.pathOf(f.sha256), 'latin1')),
    containers: opened.containers.map((c) => c.path),
    codes: notes.map((n) => n.code),
  };
}

describe('openBundle', () => {
  const inner = tar([{ name: 'logs/a.log', data: log }]);
  it.each<[string, Buffer]>([
    ['x.zip', zip([{ name: 'logs/a.log', data: log }])],
    ['x.tar', inner],
    ['x.tar.gz', gzipSync(inner)],
    ['x.tgz', gzipSync(inner)],
    ['x.tar.zst', zstdCompressSync(inner)],
    ['told-by-its-bytes.log', gzipSync(inner)],
  ])('opens %s', async (name, bytes) => {
    expect(await open(bytes, name)).toEqual({
      files: [`${name}!/logs/a.log`],
      contents: ['hello\n'],
      containers: [name],
      codes: [],
    });
  });

  it('keeps a compressed file as it is', async () => {
    const bytes = gzipSync(log);
    expect(await open(bytes, 'a.log.gz')).toMatchObject({ files: ['a.log.gz'], contents: [bytes.toString('latin1')] });
  });

  it('opens three deep and lists what lies deeper', async () => {
    let bytes: Buffer = log;
    for (let i = 4; i >= 1; i--) bytes = zip([{ name: i === 4 ? 'a.log' : `${i + 1}.zip`, data: bytes }]);
    const { files, codes } = await open(bytes, '1.zip');
    expect(files).toEqual(['1.zip!/2.zip!/3.zip!/4.zip']);
    expect(codes).toEqual(['archive/too_deep']);
  });

  describe('names that leave the archive', () => {
    const names = [
      '../a.log',
      'x/../../a.log',
      '/etc/passwd',
      'C:/a.log',
      'c:a.log',
      '\\\\host\\share\\a.log',
      '//host/share/a.log',
      '..\\a.log',
      'x\\..\\..\\a.log',
      '\\a.log',
      'a\0.log',
    ];
    it.each(names)('refuses the zip with %j', async (name) => {
      const bytes = zip([
        { name: 'good.log', data: log },
        { name, data: log },
      ]);
      await expect(open(bytes, 'x.zip')).rejects.toMatchObject({ code: 'archive/path_escape', unsafe: true });
      expect(await open(bytes, 'x.zip', { skipUnsafe: true })).toMatchObject({
        files: ['x.zip!/good.log'],
        codes: ['archive/path_escape'],
      });
    });
    it.each(names.filter((n) => !n.includes('\0')))('refuses the tar with %j', async (name) => {
      const bytes = tar([
        { name: 'good.log', data: log },
        { name, data: log },
      ]);
      await expect(open(bytes, 'x.tar')).rejects.toMatchObject({ code: 'archive/path_escape', unsafe: true });
      expect(await open(bytes, 'x.tar', { skipUnsafe: true })).toMatchObject({ files: ['x.tar!/good.log'] });
    });
  });

  it('follows no link and makes no device', async () => {
    const zipped = zip([
      { name: 'link', data: text('/etc/passwd'), mode: 0o120777 },
      { name: 'a.log', data: log },
    ]);
    expect(await open(zipped, 'x.zip')).toMatchObject({ files: ['x.zip!/a.log'], codes: ['archive/not_a_file'] });
    const tarred = tar([
      { name: 'folder', type: '2', link: '/tmp' },
      { name: 'hard', type: '1', link: '/etc/passwd' },
      { name: 'device', type: '3' },
      { name: 'pipe', type: '6' },
      { name: 'folder/through.log', data: log },
    ]);
    expect(await open(tarred, 'x.tar')).toMatchObject({
      files: ['x.tar!/folder/through.log'],
      codes: Array.from({ length: 4 }, () => 'archive/not_a_file'),
    });
  });

  it('follows no link inside a folder', async () => {
    const outer = temporaryFolder();
    mkdirSync(join(outer, 'bundle'));
    writeFileSync(join(outer, 'secret.log'), 'secret\n');
    symlinkSync(join(outer, 'secret.log'), join(outer, 'bundle', 'a.log'));
    symlinkSync(outer, join(outer, 'bundle', 'up'));
    mkdirSync(join(outer, 'case'));
    const opened = await openBundle([join(outer, 'bundle')], new Vault(join(outer, 'case'), false), {
      budgets: defaultBudgets,
      skipUnsafe: false,
      refer: false,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    expect(opened.files).toEqual([]);
    expect(opened.notes.map((n) => n.code)).toEqual(['archive/not_a_file', 'archive/not_a_file']);
  });

  describe('bombs', () => {
    const zeros = Buffer.alloc(8 * 2 ** 20);
    const small: Partial<Budgets> = { ratioFromBytes: 2 ** 20 };
    it.each<[string, Buffer]>([
      ['zip', zip([{ name: 'a', data: zeros }])],
      ['gzip in tar.gz', gzipSync(tar([{ name: 'a', data: zeros }]))],
      ['zstd', zstdCompressSync(tar([{ name: 'a', data: zeros }]))],
    ])('refuses the %s by its ratio', async (name, bytes) => {
      await expect(open(bytes, `x.${name.split(' ')[0]}`, { budgets: small })).rejects.toMatchObject({ unsafe: true });
    });

    it.each<[string, Partial<Budgets>, string]>([
      ['one entry', { entryBytes: 2 ** 19 }, 'archive/entry_too_large'],
      ['all of it', { allBytes: 2 ** 20 }, 'archive/too_large'],
      ['many entries', { entries: 3 }, 'archive/too_many_entries'],
    ])('refuses too much: %s', async (_, budgets, code) => {
      const bytes = zip(
        Array.from({ length: 5 }, (__, i) => ({ name: `${i}`, data: Buffer.alloc(2 ** 20, String(i)) })),
      );
      await expect(open(bytes, 'x.zip', { budgets })).rejects.toMatchObject({ code, unsafe: true });
    });

    it('refuses entries that lie over one another', async () => {
      const bytes = zip([
        { name: 'a', data: zeros },
        { name: 'b', data: zeros, sameAs: 0 },
      ]);
      await expect(open(bytes, 'x.zip')).rejects.toMatchObject({ unsafe: true });
    });
  });

  it.each([
    ['size', { statedSize: 3 }],
    ['larger size', { statedSize: 300 }],
    ['checksum', { statedCrc: 7 }],
  ])('drops the entry that lies about its %s and keeps the others', async (_, lie) => {
    const bytes = zip([
      { name: 'a.log', data: log },
      { name: 'lie.log', data: text('lies and more lies\n'), ...lie },
      { name: 'b.log', data: text('bye\n') },
    ]);
    const { files, codes } = await open(bytes, 'x.zip');
    expect(files).toEqual(['x.zip!/a.log', 'x.zip!/b.log']);
    expect(codes).toHaveLength(1);
    expect(codes[0]).toMatch(/^archive\/(?:entry_damaged|checksum)$/);
  });

  it('keeps both of two entries of one name', async () => {
    const bytes = zip([
      { name: 'a.log', data: log },
      { name: 'a.log', data: text('other\n') },
    ]);
    expect(await open(bytes, 'x.zip')).toMatchObject({
      files: ['x.zip!/a.log', 'x.zip!/a.log (2)'],
      contents: ['hello\n', 'other\n'],
      codes: ['archive/duplicate_name'],
    });
  });

  it('keeps names that are no paths as they are', async () => {
    const names = ['con', 'aux.log', 'trailing.', 'x'.repeat(3_000), 'a\u202egol.exe', '\u001b[31mred', '.', 'ß', 'é'];
    const { files } = await open(zip(names.map((name) => ({ name, data: log }))), 'x.zip');
    expect(files.length).toBeGreaterThanOrEqual(names.length - 1);
  });

  it('says so when an archive is encrypted', async () => {
    const result = await open(
      zip([
        { name: 'a.log', data: log, encrypted: true },
        { name: 'b.log', data: log },
      ]),
      'x.zip',
    ).catch((error: { code: string }) => error);
    expect(JSON.stringify(result)).toMatch(/archive\/encrypted/);
  });

  it('never takes a part for the whole: cut anywhere it refuses or says so', async () => {
    const members = [text('a'.repeat(3_000)), text('b'.repeat(3_000)), text('c'.repeat(3_000))];
    const whole = {
      zip: zip(members.map((data, i) => ({ name: `${i}.log`, data }))),
      tar: tar(members.map((data, i) => ({ name: `${i}.log`, data }))),
    };
    for (const [kind, bytes] of [...Object.entries(whole), ['tgz', gzipSync(whole.tar)] as const]) {
      const step = Math.max(1, Math.floor(bytes.length / 40));
      for (let cut = 1; cut < bytes.length - 1100; cut += step) {
        const result = await open(bytes.subarray(0, cut), `x.${kind}`).catch((error: { code?: string }) => error);
        const said = 'code' in result || ('codes' in result && result.codes.length > 0);
        const asFile = 'files' in result && result.files[0] === `x.${kind}`;
        expect(said || asFile, `${kind} cut at ${cut} of ${bytes.length}: ${JSON.stringify(result)}`).toBe(true);
      }
    }
  });
});
