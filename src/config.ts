import { join } from 'node:path';
import { ConfigError } from './config/config-error.ts';
import { refuseContradictions } from './config/contradictions.ts';
import { startHelp } from './config/help.ts';
import { options } from './config/options.ts';
import { defaults, type Settings, settingsSchema } from './config/schema.ts';
import {
  findFile,
  type Found,
  type FoundSettings,
  readFile,
  readFlags,
  readVariables,
  splitArguments,
  unknownVariables,
} from './config/sources.ts';

export { ConfigError, splitArguments };

/** A key that `--auth strict` accepts, and its account (12 digits). */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
}

/** What `lambent start` was told, checked, complete and frozen. Paths are absolute. */
export interface Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly ephemeral: boolean;
  readonly region: string;
  readonly accountId: string;
  readonly isolation: 'auto' | 'process' | 'namespace' | 'gvisor';
  readonly network: 'internet' | 'none';
  /** IPv4 addresses, or ranges like `10.1.2.0/24`. */
  readonly networkAllow: readonly string[];
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly json: boolean;
  /** `postgres://` address; undefined: the embedded store in `dataDir`. */
  readonly store: string | undefined;
  readonly auth: 'open' | 'strict';
  /** Whether services such as SNS reach only what lets them in, or all, with a warning. */
  readonly permissions: 'enforced' | 'relaxed';
  readonly accessKeys: readonly AccessKey[];
  /** `name` or `name:port`. */
  readonly publicHost: string | undefined;
  /** Both or neither. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** Resource policies of functions that let in anybody are refused. */
  readonly blockPublicPolicies: boolean;
  readonly strictRuntimes: boolean;
  readonly allowReset: boolean;
  readonly idleExpirySeconds: number;
  readonly environmentLifetimeSeconds: number;
  /** Runtimes of each kind in use to start ahead of need. */
  readonly prepared: number | 'auto';
  readonly concurrency: number;
  readonly codeStorageMb: number;
  /** Processes that invokes are shared out to; 1: the main one alone. */
  readonly workers: number | 'auto';
  /** Those that come and go by themselves end when they had little to do for so long, of real time. */
  readonly workersIdleSeconds: number;
  /** The file that was read, if any. */
  readonly configFile: string | undefined;
  /** Names like those of settings' variables, which are none. */
  readonly unknownVariables: readonly string[];
}

/**
 * Builds the configuration from flags, `LAMBENT_*` variables and a file; the first of these that names a setting wins.
 * @param argv what follows `lambent start`
 * @throws ConfigError with one line to print, or with the help text when that was asked for
 */
export function parseConfig(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Config {
  const flags = readFlags(argv, cwd);
  if (flags.has('help')) throw new ConfigError(startHelp(), 0);
  const variables = readVariables(env, cwd);
  const named = flags.get('config')?.value ?? (env.LAMBENT_CONFIG || undefined);
  const configFile = findFile(typeof named === 'string' ? named : undefined, cwd);
  const fromFile: FoundSettings = configFile === undefined ? new Map() : readFile(configFile);

  const found = new Map<string, Found>([...fromFile, ...variables, ...flags]);
  found.delete('config');
  const settings = check(found, { ...defaults, dataDir: join(cwd, '.lambent') });
  refuseContradictions(settings, [fromFile, variables, flags]);
  return freeze(settings, configFile, unknownVariables(env));
}

function check(found: ReadonlyMap<string, Found>, otherwise: Settings): Settings {
  const values = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
  const result = settingsSchema.safeParse({ ...otherwise, ...values });
  if (!result.success) throw refusal(String(result.error.issues[0]?.path[0]), found);
  checkTogether(result.data);
  return result.data;
}

function refusal(name: string, found: ReadonlyMap<string, Found>): ConfigError {
  const option = options.find((candidate) => candidate.name === name);
  const setting = found.get(name);
  if (option === undefined || setting === undefined)
    return new ConfigError(`The setting ${name} is not known`);
  const got = option.secret ? '' : `, not ${JSON.stringify(setting.value)}`;
  return new ConfigError(`${setting.origin} must be ${option.allowed}${got}`);
}

function checkTogether(settings: Settings): void {
  if ((settings.tlsCert === undefined) !== (settings.tlsKey === undefined)) {
    const missing = settings.tlsCert === undefined ? '--tls-cert' : '--tls-key';
    throw new ConfigError(`${missing} is missing: HTTPS needs both --tls-cert and --tls-key`);
  }
  if (settings.auth === 'strict' && settings.accessKeys.length === 0) {
    throw new ConfigError(
      '--auth strict needs at least one key: set LAMBENT_ACCESS_KEYS=id:secret or accessKeys in a configuration file',
    );
  }
}

function freeze(settings: Settings, configFile: string | undefined, unknown: readonly string[]): Config {
  const accessKeys = settings.accessKeys.map(({ accessKeyId, secretAccessKey, accountId }) => {
    const own = /^\d{12}$/.test(accessKeyId) ? accessKeyId : settings.accountId;
    return Object.freeze({ accessKeyId, secretAccessKey, accountId: accountId ?? own });
  });
  return Object.freeze({
    ...settings,
    store: settings.store,
    publicHost: settings.publicHost,
    tlsCert: settings.tlsCert,
    tlsKey: settings.tlsKey,
    accessKeys: Object.freeze(accessKeys),
    networkAllow: Object.freeze(settings.networkAllow),
    configFile,
    unknownVariables: Object.freeze(unknown),
  });
}
