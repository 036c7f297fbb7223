import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../out/main/cli.js');

/** The loopback shell of the build, with a home of its own that goes with it. */
export class Shell {
  /** With the token after `#`. */
  readonly url: string;
  readonly home: string;
  private readonly child: ChildProcess;

  private constructor(url: string, home: string, child: ChildProcess) {
    this.url = url;
    this.home = home;
    this.child = child;
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  static async start(bundle?: string): Promise<Shell> {
    const home = mkdtempSync(join(tmpdir(), 'spanscope-e2e-'));
    const child = spawn(process.execPath, [entry, 'serve', ...(bundle === undefined ? [] : [bundle])], {
      env: { ...process.env, SPANSCOPE_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\S+/.exec(said);
        if (found) resolve(found[0]);
      });
      child.on('exit', (code) => reject(new Error(`the shell ended with ${code}: ${said}`)));
    });
    return new Shell(url, home, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(late);
    rmSync(this.home, { recursive: true, force: true });
  }
}
