/**
 * `npm start [-- BUNDLE...]`: the window on a bundle, or on the sample case when none is named. In Electron where its binary is there or can be fetched
 * and a screen is, else in the browser over loopback; it says which.
 *
 *   --browser   the browser in any case
 *   --no-open   print the address and open nothing
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const fetchMs = 180_000;
const options = new Set(['--browser', '--no-open']);
const given = process.argv.slice(2);
const bundles = given.filter((a) => !options.has(a));

const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

/** The binary, fetched once by the package's own script. Undefined where it cannot be had. */
function electronBinary() {
  const folder = join(root, 'node_modules', 'electron');
  const recorded = () => {
    const path = join(folder, 'path.txt');
    return existsSync(path) ? join(folder, 'dist', readFileSync(path, 'utf8')) : undefined;
  };
  const found = recorded();
  if (found && existsSync(found)) return found;
  const installer = createRequire(import.meta.url).resolve('electron/install.js');
  process.stderr.write('spanscope: fetching Electron (once)\n');
  const fetched = spawnSync(process.execPath, [installer], {
    cwd: folder,
    stdio: ['ignore', 2, 'ignore'],
    timeout: fetchMs,
  });
  return fetched.status === 0 ? recorded() : undefined;
}

function inElectron(binary) {
  const child = spawn(binary, [root, ...(bundles.length > 0 ? bundles.map((b) => resolve(b)) : ['--sample'])], {
    stdio: 'inherit',
  });
  child.on('exit', (code) => process.exit(code ?? 0));
}

function inBrowser(reason) {
  process.stderr.write(`spanscope: ${reason}; the window opens in the browser at this address (Ctrl-C ends it)\n`);
  const child = spawn(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), 'serve', ...(bundles.length > 0 ? bundles : ['--sample'])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    const url = /http:\/\/127\.0\.0\.1:\S+/.exec(text)?.[0];
    if (url && hasScreen && !given.includes('--no-open')) openInBrowser(url);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 0));
}

function openInBrowser(url) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

if (given.includes('--browser')) inBrowser('as asked');
else if (!hasScreen) inBrowser('there is no screen for Electron here');
else {
  const binary = electronBinary();
  if (binary && existsSync(binary)) inElectron(binary);
  else inBrowser('Electron is not to be had here');
}
