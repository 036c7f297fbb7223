import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { bundledPath } from '../../../api/bundled-path.ts';
import { type Command, exit, UsageError } from '../command.ts';
import { serveCommand } from './serve.ts';

/** The window on a bundle: Electron where its binary is there, else the browser. */
export const openCommand: Command = {
  name: 'open',
  usage: 'open PATH...',
  options: {},
  async run(invocation) {
    const { args, terminal } = invocation;
    if (args.length === 0) throw new UsageError('open needs a path');
    for (const path of args) if (!existsSync(path)) throw new UsageError(`${path}: no such file or folder`);
    const electron = electronBinary();
    if (
      electron !== undefined &&
      (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
    ) {
      const child = spawn(electron, [bundledPath('out/main/electron.js'), ...args], {
        stdio: 'ignore',
        detached: true,
      });
      child.unref();
      return exit.done;
    }
    terminal.warn('spanscope: no Electron here, the window opens in the browser at this address');
    return await serveCommand.run(invocation);
  },
};

/** Path of the Electron binary that the package has fetched, or undefined: it is never fetched here. */
export function electronBinary(): string | undefined {
  const folder = bundledPath('node_modules/electron/dist');
  const name =
    process.platform === 'win32'
      ? 'electron.exe'
      : process.platform === 'darwin'
        ? 'Electron.app/Contents/MacOS/Electron'
        : 'electron';
  const path = `${folder}/${name}`;
  return existsSync(path) ? path : undefined;
}
