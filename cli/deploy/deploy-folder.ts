import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../api-client.ts';
import type { FunctionConfiguration } from '../api-types.ts';
import { CliError } from '../cli-error.ts';
import { guessFunction, type Guess } from './guess-function.ts';
import { listFiles, type PackagedFile, readIgnoreRules } from './list-files.ts';
import { waitUntilActive } from './wait-until-active.ts';
import { zipFiles } from './zip-files.ts';

/** What the user said; everything else is guessed for a new function and kept for an existing one. */
export interface DeployRequest {
  readonly folder: string;
  readonly name: string;
  readonly runtime?: string | undefined;
  readonly handler?: string | undefined;
  readonly memoryMb?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly role?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Deployment {
  readonly function: FunctionConfiguration;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Set where runtime or handler were guessed. */
  readonly guess: Guess | undefined;
  readonly files: number;
  readonly zipBytes: number;
}

/** Packages a folder, creates or updates the function, and waits until it takes invokes. */
export async function deployFolder(client: ApiClient, request: DeployRequest): Promise<Deployment> {
  const files = listFiles(request.folder, readIgnoreRules(request.folder));
  if (files.length === 0) throw new CliError(`${request.folder} has no files to deploy.`);
  const zip = await zipFiles(files);
  const existing = await client.findFunction(request.name);
  const size = { files: files.length, zipBytes: zip.byteLength };
  if (existing !== undefined) return { ...(await update(client, request, existing, zip)), ...size };
  return { ...(await create(client, request, files, zip)), ...size };
}

type Change = Pick<Deployment, 'function' | 'outcome' | 'guess'>;

async function create(
  client: ApiClient,
  request: DeployRequest,
  files: readonly PackagedFile[],
  zip: Buffer,
): Promise<Change> {
  const guess = isComplete(request) ? undefined : guessFrom(request, files);
  const { accountId } = await client.health();
  await client.createFunction({
    FunctionName: request.name,
    // Nothing assumes it; the API wants one.
    Role: request.role ?? `arn:aws:iam::${accountId}:role/lambent-deploy`,
    ...settingsOf(request),
    Runtime: request.runtime ?? guess?.runtime,
    Handler: request.handler ?? guess?.handler,
    Environment: { Variables: request.variables },
    Code: { ZipFile: zip.toString('base64') },
  });
  return { function: await waitUntilActive(client, request.name), outcome: 'created', guess };
}

const isComplete = ({ runtime, handler }: DeployRequest) => runtime !== undefined && handler !== undefined;

function guessFrom(request: DeployRequest, files: readonly PackagedFile[]): Guess {
  const content = {
    paths: new Set(files.map(({ path }) => path)),
    read: (path: string) => readFileSync(join(request.folder, path), 'utf8'),
  };
  const guess = guessFunction(content, request.handler);
  if (guess !== undefined) return guess;
  const hasTypeScript = [...content.paths].some((path) => /^(src\/)?index\.m?ts$/.test(path));
  const advice = hasTypeScript
    ? 'Compile TypeScript first and deploy what comes out'
    : 'Give --runtime and --handler';
  throw new CliError(`Nothing in ${request.folder} tells how to run it.\n${advice}`);
}

async function update(
  client: ApiClient,
  request: DeployRequest,
  existing: FunctionConfiguration,
  zip: Buffer,
): Promise<Change> {
  let current = existing;
  const settings = changedSettings(request, existing);
  const hasNewCode = existing.CodeSha256 !== createHash('sha256').update(zip).digest('base64');
  if (settings !== undefined) {
    await client.updateFunctionConfiguration(request.name, settings);
    current = await waitUntilActive(client, request.name);
  }
  if (hasNewCode) {
    await client.updateFunctionCode(request.name, { ZipFile: zip.toString('base64') });
    current = await waitUntilActive(client, request.name);
  }
  const outcome = hasNewCode || settings !== undefined ? 'updated' : 'unchanged';
  return { function: current, outcome, guess: undefined };
}

/** The settings that were given and differ; undefined when none does. Variables that were not named are kept. */
function changedSettings(request: DeployRequest, existing: FunctionConfiguration): object | undefined {
  const given = Object.entries(settingsOf(request));
  const changed = given.filter(([key, value]) => existing[key as keyof FunctionConfiguration] !== value);
  const old = existing.Environment?.Variables ?? {};
  const hasNewVariables = Object.entries(request.variables).some(([key, value]) => old[key] !== value);
  if (changed.length === 0 && !hasNewVariables) return undefined;
  return {
    ...Object.fromEntries(changed),
    ...(hasNewVariables && { Environment: { Variables: { ...old, ...request.variables } } }),
  };
}

function settingsOf(request: DeployRequest): Partial<FunctionConfiguration> {
  return {
    ...(request.runtime !== undefined && { Runtime: request.runtime }),
    ...(request.handler !== undefined && { Handler: request.handler }),
    ...(request.memoryMb !== undefined && { MemorySize: request.memoryMb }),
    ...(request.timeoutSeconds !== undefined && { Timeout: request.timeoutSeconds }),
    ...(request.role !== undefined && { Role: request.role }),
  };
}
