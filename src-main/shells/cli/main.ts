/** The command line: finds the command, runs it, turns what went wrong into one line and an exit code. */
import { parseArgs } from 'node:util';
import { say } from '../../api/contract/messages.ts';
import { Service, version } from '../../api/service.ts';
import { Refusal } from '../../case/refusal.ts';
import { type Command, exit, type Options, UsageError } from './command.ts';
import { caseCommand } from './commands/case.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { engineCommand } from './commands/engine.ts';
import { inspectCommand } from './commands/inspect.ts';
import { openCommand } from './commands/open.ts';
import { profileCommand } from './commands/profile.ts';
import { seriesCommand } from './commands/series.ts';
import { serveCommand } from './commands/serve.ts';
import { spansCommand } from './commands/spans.ts';
import { traceCommand } from './commands/trace.ts';
import { verifyCommand } from './commands/verify.ts';
import { whatifCommand } from './commands/whatif.ts';
import { Terminal } from './terminal.ts';

const commands: readonly Command[] = [
  inspectCommand,
  diagnoseCommand,
  seriesCommand,
  spansCommand,
  traceCommand,
  profileCommand,
  verifyCommand,
  caseCommand,
  engineCommand,
  whatifCommand,
  serveCommand,
  openCommand,
];
/** Commands of the contract that this version does not have. */
const later = ['compare', 'export'];

const common: Options = { json: { type: 'boolean' }, quiet: { type: 'boolean' }, help: { type: 'boolean' } };

export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const terminal = new Terminal(rest.includes('--quiet'));
  if (name === '--version' || name === 'version') {
    await terminal.line(version);
    return exit.done;
  }
  if (name === '--help' || name === 'help') {
    for (const { usage } of commands) await terminal.line(`spanscope ${usage}`);
    return exit.done;
  }
  const command = commands.find((c) => c.name === name);
  if (!command) {
    if (name !== undefined && later.includes(name)) terminal.error(`${name}: not yet`);
    else
      terminal.error(
        `${name === undefined ? 'no command' : `${name}: no such command`}. Commands: ${commands.map((c) => c.name).join(', ')}`,
      );
    return exit.usage;
  }
  return await invoke(command, rest, terminal);
}

async function invoke(command: Command, argv: readonly string[], terminal: Terminal): Promise<number> {
  const service = new Service();
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...common, ...command.options },
      allowPositionals: true,
    });
    if (values.help === true) {
      await terminal.line(`spanscope ${command.usage}`);
      return exit.done;
    }
    const code = await command.run({ args: positionals, values, terminal, service, signal: interrupt.signal });
    return interrupt.signal.aborted ? exit.interrupted : code;
  } catch (error) {
    return interrupt.signal.aborted ? exit.interrupted : explain(error, command, terminal);
  } finally {
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
    await service.close();
  }
}

function explain(error: unknown, command: Command, terminal: Terminal): number {
  if (
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  ) {
    terminal.error(`${error.message}. Usage: spanscope ${command.usage}`);
    return exit.usage;
  }
  if (error instanceof Refusal) {
    terminal.error(`${command.name}: ${say(error.code, error.args)} (${error.code})`);
    return error.unsafe ? exit.refused : exit.nothingReadable;
  }
  const system = error as NodeJS.ErrnoException;
  if (typeof system.code === 'string' && system.syscall !== undefined) {
    terminal.error(`${command.name}: ${system.code} ${system.path ?? ''}`);
    return exit.nothingReadable;
  }
  terminal.error(
    `internal error: ${error instanceof Error ? error.message : String(error)}. This is a defect of Spanscope; run with SPANSCOPE_DEBUG=1 for the place`,
  );
  if (process.env.SPANSCOPE_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 70;
}
