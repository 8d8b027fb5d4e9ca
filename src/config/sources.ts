import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Yaml from 'yaml';
import { ConfigError } from './config-error.ts';
import { nearestName } from './nearest-name.ts';
import { flagOf, type Option, options, variableOf } from './options.ts';

/** One setting as it was found, not yet checked. */
export interface Found {
  readonly value: unknown;
  /** What to call it in an error message: `--port`, `LAMBENT_PORT` or `"port" in lambent.config.json`. */
  readonly origin: string;
}
export type FoundSettings = ReadonlyMap<string, Found>;

const PREFIX = 'LAMBENT_';
/** Read by commands that talk to a server. */
const OF_THE_COMMANDS = ['LAMBENT_ENDPOINT'];

const fileNames = ['lambent.config.json', 'lambent.config.yaml', 'lambent.config.yml'];

/** Tells what a command takes beside flags of `lambent start` from those, wherever it stands. */
export function splitArguments(argv: readonly string[]): { positionals: string[]; flags: string[] } {
  const positionals = tokens(argv, optionsByFlag()).filter(({ kind }) => kind === 'positional');
  const places = new Set(positionals.map(({ index }) => index));
  return {
    positionals: argv.filter((_, index) => places.has(index)),
    flags: argv.filter((_, index) => !places.has(index)),
  };
}

function optionsByFlag(): ReadonlyMap<string, Option> {
  return new Map(options.filter((option) => !option.noFlag).map((option) => [flagOf(option.name), option]));
}

/** Reads `--name value`, `--name=value`, `--switch` and `--no-switch`. The last one of a repeated flag counts. */
export function readFlags(argv: readonly string[], cwd: string): FoundSettings {
  const byFlag = optionsByFlag();
  const found = new Map<string, Found>();
  for (const token of tokens(argv, byFlag)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw new ConfigError(`start takes no argument, but got "${token.value}"`);
    const { rawName, inlineValue } = token;
    const value = !inlineValue && token.value?.startsWith('--') ? undefined : token.value;
    if (rawName === '--help' || rawName === '-h') found.set('help', { value: true, origin: rawName });
    else if (rawName === '--config')
      found.set('config', { value: needsValue(rawName, value), origin: rawName });
    else {
      const option = byFlag.get(rawName) ?? byFlag.get(rawName.replace(/^--no-/, '--'));
      const isNegated = !byFlag.has(rawName);
      if (option === undefined || (isNegated && option.kind !== 'switch')) throw unknownFlag(rawName, byFlag);
      const text = option.kind === 'switch' && !inlineValue ? String(!isNegated) : needsValue(rawName, value);
      found.set(option.name, { value: fromText(option, text, cwd), origin: rawName });
    }
  }
  return found;
}

function tokens(argv: readonly string[], byFlag: ReadonlyMap<string, Option>) {
  // parseArgs must know which flags take a value, or it would read the value as an argument.
  const known = Object.fromEntries(
    [...byFlag].map(([flag, option]) => [
      flag.slice(2),
      { type: option.kind === 'switch' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const config = { type: 'string' as const };
  return parseArgs({ args: [...argv], options: { ...known, config }, strict: false, tokens: true }).tokens;
}

function needsValue(flag: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new ConfigError(`${flag} needs a value`);
  return value;
}

function unknownFlag(flag: string, byFlag: ReadonlyMap<string, Option>): ConfigError {
  const meant = nearestName(flag, [...byFlag.keys(), '--config', '--help']);
  const hint = meant === undefined ? 'lambent start --help lists them all' : `did you mean ${meant}?`;
  return new ConfigError(`start knows no flag ${flag}: ${hint}`);
}

/** Reads `LAMBENT_*`. An empty variable counts as not set, as container tools like to pass those. */
export function readVariables(env: NodeJS.ProcessEnv, cwd: string): FoundSettings {
  const found = new Map<string, Found>();
  for (const option of options) {
    const origin = variableOf(option.name);
    const text = env[origin];
    if (text) found.set(option.name, { value: fromText(option, text, cwd), origin });
  }
  return found;
}

/**
 * The `LAMBENT_*` variables that are no setting and have no effect. An orchestrator sets such of its own accord, so they are
 * only to be named; what was meant for a setting, though, is not to be left out of account.
 * @throws ConfigError for a name that is nearly a setting's
 */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = [...options.map(({ name }) => variableOf(name)), 'LAMBENT_CONFIG', ...OF_THE_COMMANDS];
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && env[name] && !known.includes(name),
  );
  for (const name of unknown) {
    const meant = nearestName(withoutPrefix(name), known.map(withoutPrefix));
    if (meant !== undefined)
      throw new ConfigError(`There is no setting ${name}: did you mean ${PREFIX}${meant}?`);
  }
  return unknown;
}

function withoutPrefix(variable: string): string {
  return variable.slice(PREFIX.length);
}

/** What a flag or a variable says, in the setting's own type; text that does not fit stays text for the schema to refuse. */
function fromText(option: Option, text: string, cwd: string): unknown {
  switch (option.kind) {
    case 'number':
      return /^\d{1,15}$/.test(text) ? Number(text) : text;
    case 'switch':
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      return /^(0|false|no|off)$/i.test(text) ? false : text;
    case 'path':
      return resolve(cwd, text);
    case 'list':
      return text.split(',').map((entry) => entry.trim());
    case 'keys':
      return text.split(',').map((entry) => {
        const [accessKeyId, secretAccessKey, accountId, ...rest] = entry.trim().split(':');
        // A part too many makes the key illegal, so that the schema refuses it.
        return rest.length > 0 ? entry : { accessKeyId, secretAccessKey, ...(accountId && { accountId }) };
      });
    case 'text':
      return text;
    default:
      return option.kind satisfies never;
  }
}

/** The file to read: the one that was named, or the one in the working folder. */
export function findFile(named: string | undefined, cwd: string): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  const [first, second] = fileNames.filter((name) => existsSync(join(cwd, name)));
  if (first !== undefined && second !== undefined) {
    throw new ConfigError(`Both ${first} and ${second} are in ${cwd}: keep one, or name it with --config`);
  }
  return first === undefined ? undefined : join(cwd, first);
}

/** Reads a configuration file. Relative paths in it start at its own folder. */
export function readFile(file: string): FoundSettings {
  const content = parseFile(file);
  if (content === null || content === undefined) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`${file} must hold settings by name, such as {"port": 4566}`);
  }
  const found = new Map<string, Found>();
  for (const [key, value] of Object.entries(content)) {
    const option = options.find(({ name }) => name === key);
    if (option === undefined) throw unknownKey(key, file);
    const isPath = option.kind === 'path' && typeof value === 'string' && value !== '';
    const origin = `"${key}" in ${basename(file)}`;
    found.set(key, { value: isPath ? resolve(dirname(file), value) : value, origin });
  }
  return found;
}

function parseFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} cannot be read: ${reason(error)}`);
  }
  try {
    if (!/\.ya?ml$/.test(file)) return JSON.parse(text);
    // Loaded only when such a file is there: it would cost every start 25 ms.
    const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
    return yaml.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} cannot be understood: ${reason(error)}`);
  }
}

function unknownKey(key: string, file: string): ConfigError {
  const names = options.map(({ name }) => name);
  const meant = nearestName(key, names);
  const hint = meant === undefined ? `allowed are ${names.join(', ')}` : `did you mean "${meant}"?`;
  return new ConfigError(`${file} has an unknown setting "${key}": ${hint}`);
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}
