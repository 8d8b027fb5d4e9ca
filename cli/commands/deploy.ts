import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import type { Deployment, DeployRequest } from '../deploy/deploy-folder.ts';
import { readIgnoreRules, requireFolder } from '../deploy/list-files.ts';
import { formatBytes, note, paint, print, printJson } from '../output.ts';

interface DeployFlags extends CommonFlags {
  readonly name?: string;
  readonly runtime?: string;
  readonly handler?: string;
  readonly memory?: number;
  readonly timeout?: number;
  readonly role?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly watch?: boolean;
}

export function addDeploy(program: Command): void {
  const command = program
    .command('deploy')
    .description('package a folder, create or update its function, and wait until it takes invokes')
    .argument('<dir>', "the folder with the function's code and the packages it needs")
    .option('--name <name>', "the function's name (default: the folder's)")
    .option('--runtime <id>', 'such as nodejs22.x or python3.13 (default: guessed from the files)')
    .option('--handler <file.function>', 'default: guessed from the files')
    .option('--memory <mb>', 'MB', wholeNumber)
    .option('--timeout <seconds>', 'seconds', wholeNumber)
    .option('--role <arn>', 'execution role')
    .option(
      '--env <name=value>',
      'environment variable; may be repeated, those not named are kept',
      addVariable,
      {},
    )
    .option('--watch', 'deploy again whenever a file changes');
  addRegionalFlags(command).action(deploy);
}

async function deploy(dir: string, flags: DeployFlags): Promise<void> {
  const folder = resolve(dir);
  requireFolder(folder);
  const client = new ApiClient(connectionFrom(flags, process.env));
  const request: DeployRequest = {
    folder,
    name: flags.name ?? nameOf(folder),
    runtime: flags.runtime,
    handler: flags.handler,
    memoryMb: flags.memory,
    timeoutSeconds: flags.timeout,
    role: flags.role,
    variables: flags.env,
  };
  // Loaded here, so that the other commands do not wait for what zips and watches.
  const { deployFolder } = await import('../deploy/deploy-folder.ts');
  const once = async () => {
    const started = performance.now();
    const deployment = await deployFolder(client, request);
    if (flags.json) printJson(deployment);
    else show(deployment, performance.now() - started);
  };
  if (!flags.watch) {
    await once();
    return;
  }
  const { watchFolder } = await import('../deploy/watch-folder.ts');
  const tryOnce = () => once().catch(reportAndGoOn);
  await tryOnce();
  const onReady = (): void => note(paint('dim', `watching ${folder}; Ctrl-C ends it`, process.stderr));
  await watchFolder(folder, readIgnoreRules(folder), { onReady, onChange: tryOnce });
}

function show({ function: deployed, outcome, guess, files, zipBytes }: Deployment, tookMs: number): void {
  if (guess !== undefined) {
    note(
      `${guess.because} tells: runtime ${guess.runtime}, handler ${guess.handler} (--runtime, --handler say otherwise)`,
    );
  }
  const name = paint('bold', deployed.FunctionName);
  const size = `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(zipBytes)}`;
  const how = `${deployed.Runtime ?? ''}, ${deployed.Handler ?? ''}`;
  print(`${paint('green', outcome)} ${name} (${how}; ${size}) in ${Math.round(tookMs)} ms`);
  if (outcome === 'created')
    note(paint('dim', `try: lambent invoke ${deployed.FunctionName}`, process.stderr));
}

/** While watching, a mistake is there to be corrected. */
function reportAndGoOn(error: unknown): void {
  if (!(error instanceof CliError)) throw error;
  note(`${paint('red', 'not deployed:', process.stderr)} ${error.message}`);
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 64);
  if (!/[A-Za-z0-9]/.test(name))
    throw new CliError(`${folder} gives no function name.\nGive one with --name`);
  return name;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function addVariable(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must look like NAME=value.');
  return { ...known, [name]: value };
}
