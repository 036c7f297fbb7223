import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundledPath } from '../../../api/bundled-path.ts';
import { type Command, exit, isSet, text, UsageError, wholeNumber } from '../command.ts';

export const serveCommand: Command = {
  name: 'serve',
  usage: 'serve [--port N] [BUNDLE]',
  options: { port: { type: 'string' }, host: { type: 'string' }, sample: { type: 'boolean' } },
  async run({ args, values, terminal, signal }) {
    const host = text(values, 'host');
    if (host !== undefined && !['127.0.0.1', 'localhost', '::1'].includes(host)) {
      throw new UsageError(
        `--host ${host}: only this machine is served. From another one: ssh -L 8080:127.0.0.1:PORT ${host}`,
      );
    }
    for (const path of args) if (!existsSync(path)) throw new UsageError(`${path}: no such file or folder`);
    // loaded when asked for: with what Node has for HTTP it is a fifth of a start
    const { LoopbackShell } = await import('../../loopback/server.ts');
    const sample = bundledPath('resources/sample/bundle');
    const shell = await LoopbackShell.start({
      port: wholeNumber(values, 'port', 0, 65_535) ?? 0,
      rendererFolder: bundledPath('out/renderer'),
      sampleBundle: existsSync(sample) ? sample : undefined,
      open: args.map((a) => resolve(a)),
      openSample: isSet(values, 'sample'),
    });
    await terminal.line(shell.url);
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener('abort', () => done());
    });
    await shell.close();
    return exit.done;
  },
};
