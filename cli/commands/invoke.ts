import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { InvokeResult } from '../api-types.ts';
import { CliError } from '../cli-error.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { note, paint, print, printJson } from '../output.ts';

interface InvokeFlags extends CommonFlags {
  readonly qualifier?: string;
  readonly tail?: boolean;
}

export function addInvoke(program: Command): void {
  const command = program
    .command('invoke')
    .description('invoke a function and print its response; exits with 2 when the function fails')
    .argument('<name>', 'name or ARN of the function')
    .argument(
      '[payload]',
      'the event as JSON, @FILE to read it from a file, - for standard input (default {})',
    )
    .option('--qualifier <version>', 'version number, $LATEST or alias')
    .option('--tail', "print the invocation's log too");
  addRegionalFlags(command).action(invoke);
}

async function invoke(name: string, argument: string | undefined, flags: InvokeFlags): Promise<void> {
  const payload = await readPayload(argument);
  const client = new ApiClient(connectionFrom(flags, process.env));
  const result = await client.invoke(name, payload, flags);
  if (flags.json) printJson({ ...result, payload: parsed(result.payload) });
  else show(result);
  if (result.functionError !== undefined) {
    throw new CliError(
      `The function failed (${result.functionError}).\nlambent logs ${name} shows its log`,
      2,
    );
  }
}

async function readPayload(argument: string | undefined): Promise<string | undefined> {
  if (argument === undefined) return undefined;
  const text = await readText(argument);
  try {
    JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The payload is not JSON: ${reason}\nText needs quotes of its own: '"text"'`);
  }
  return text;
}

async function readText(argument: string): Promise<string> {
  if (argument === '-') return (await buffer(process.stdin)).toString();
  if (!argument.startsWith('@')) return argument;
  try {
    return readFileSync(argument.slice(1), 'utf8');
  } catch {
    throw new CliError(`The file ${argument.slice(1)} cannot be read.`);
  }
}

function show(result: InvokeResult): void {
  for (const line of result.logTail?.trimEnd().split('\n') ?? []) note(paint('dim', line, process.stderr));
  const value = parsed(result.payload);
  // A person gets it indented, a pipe gets the bytes the function returned.
  print(process.stdout.isTTY && typeof value === 'object' ? JSON.stringify(value, null, 2) : result.payload);
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}
