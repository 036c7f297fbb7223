/** Bundles the tests open, made anew in a temporary folder. */
import { cpSync, createWriteStream, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

const fixtures = join(import.meta.dirname, '../fixtures');

/** A folder for what one test file makes; gone with it. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'spanscope-bundles-'));

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The real small case. Times of files are part of the evidence, and git does not keep them. */
  session(): string {
    const folder = join(this.folder, 'session-gw');
    cpSync(join(fixtures, 'bundle-session'), folder, { recursive: true });
    const at = new Date('2026-11-24T05:49:09Z');
    for (const name of readdirSync(folder, { recursive: true })) utimesSync(join(folder, String(name)), at, at);
    return folder;
  }

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Names and lines made to mislead: markup, text direction, terminal escapes, thousands of characters. */
  async hostile(): Promise<string> {
    const tar = pack();
    const mtime = new Date('2026-11-24T06:00:30Z');
    for (const [name, content] of Object.entries(hostileFiles)) tar.entry({ name, mtime }, content);
    tar.finalize();
    const path = join(this.folder, 'hostile.tar');
    await pipeline(tar, createWriteStream(path));
    return path;
  }

  /** An archive one of whose names tries to leave it. */
  async escaping(): Promise<string> {
    const tar = pack();
    tar.entry({ name: '../../etc/cron.d/x' }, 'bad');
    tar.entry({ name: 'stderr.log' }, gctrace(6));
    tar.finalize();
    const path = join(this.folder, 'escaping.tar');
    await pipeline(tar, createWriteStream(path));
    return path;
  }
}

export const markup = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
const flip = '\u202egnp.exe\u2066';
const ansi = '\u001b[31mred\u001b[0m\u0007';
const long = 'x'.repeat(6_000);

export function gctrace(cycles: number): string {
  return Array.from(
    { length: cycles },
    (_, i) =>
      `gc ${i + 1} @${(i + 1).toFixed(3)}s 1%: 0.018+1.2+0.003 ms clock, 0.036+0.4/0.5/1.1+0.006 ms cpu, ${4 * (i + 1)}->${5 * (i + 1)}->${3 * (i + 1)} MB, ${6 * (i + 1)} MB goal, 0 MB stacks, 0 MB globals, 2 P\n`,
  ).join('');
}

const goroutines = `goroutine 1 [chan send, 12 minutes]:
main.${markup}(0xc000)
\t/srv/${markup}/main.go:10 +0x1d

goroutine 2 [chan send, 12 minutes]:
main.${flip}(0xc000)
\t/srv/${ansi}/main.go:11 +0x1d
`;

const hostileFiles: Readonly<Record<string, string>> = {
  [`logs/${markup.replaceAll('/', '∕')}.log`]: `2026-11-24T06:00:00Z ${markup} ${flip} ${ansi}\n${gctrace(12)}${long}\n`,
  [`logs/${flip}.log`]: gctrace(5),
  [`logs/${'n'.repeat(3_000)}.txt`]: `${ansi} ${long}\n`,
  'goroutines.txt': goroutines,
  'metrics.prom': `# TYPE go_goroutines gauge\ngo_goroutines 7\nown_metric{label="${markup.replaceAll('"', "'")}"} 1\n`,
  'javascript:alert(1)': 'plain\n',
  '=cmd|calc!A1.csv': 'a,b\n1,2\n',
};
