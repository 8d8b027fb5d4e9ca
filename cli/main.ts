import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addClock } from './commands/clock.ts';
import { addDeploy } from './commands/deploy.ts';
import { addEnvironments } from './commands/environments.ts';
import { addFunctions } from './commands/functions.ts';
import { addInvoke } from './commands/invoke.ts';
import { addLogs } from './commands/logs.ts';
import { addEvents } from './commands/events.ts';
import { addMappings } from './commands/mappings.ts';
import { addQueues } from './commands/queues.ts';
import { addRedrive } from './commands/redrive.ts';
import { addRuntimes } from './commands/runtimes.ts';
import { addStatus } from './commands/status.ts';
import { note, paint } from './output.ts';

/** Every command but `lambent start`, `lambent doctor` and `lambent backup`. Sets the process's exit code; see CliError for what it means. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has had enough, such as `head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await createProgram().parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function createProgram(): Command {
  const program = new Command('lambent')
    .description('AWS Lambda on machines you own.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .showHelpAfterError('lambent --help lists the commands')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lambent: ')) });
  program
    .command('start')
    .description('start Lambent; lambent start --help lists its flags')
    .action(() => refuse('start'));
  program
    .command('doctor')
    .description('say what this machine can do for functions, and what to install')
    .action(() => refuse('doctor'));
  program
    .command('backup')
    .description('copy the data directory, while Lambent runs or not')
    .action(() => refuse('backup'));
  addStatus(program);
  addFunctions(program);
  addEnvironments(program);
  addInvoke(program);
  addLogs(program);
  addDeploy(program);
  addEvents(program);
  addMappings(program);
  addQueues(program);
  addRedrive(program);
  addRuntimes(program);
  addClock(program);
  program.addHelpText('after', '\nExit codes: 0 done, 1 could not be done, 2 the function ran and failed.');
  return program;
}

/** The launcher takes these to the platform's own program; here they are only listed. */
function refuse(command: string): never {
  throw new CliError(`${command} is run by the lambent launcher: bin/lambent.mjs ${command}`);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (!(error instanceof CliError)) throw error;
  const [problem, ...advice] = error.message.split('\n');
  note(`${paint('red', 'lambent:', process.stderr)} ${problem}`);
  for (const line of advice) note(paint('dim', `  ${line}`, process.stderr));
  return error.exitCode;
}

/** From package.json, one folder up from the sources and two from the build. */
function version(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version);
}
