import type { SettingName } from './schema.ts';

/** How one setting is written on the command line and explained. Flag and variable names follow from the setting's name. */
export interface Option {
  readonly name: SettingName;
  readonly kind: 'text' | 'number' | 'switch' | 'path' | 'list' | 'keys';
  /** Placeholder in the help text; switches have none. */
  readonly argument?: string;
  /** Finishes the sentence "--flag must be ...". */
  readonly allowed: string;
  readonly help: string;
  /** Never repeated in an error message. */
  readonly secret?: boolean;
  /** Keys hold secrets, and a command line is visible to every user of the machine. */
  readonly noFlag?: boolean;
}

const onOff = 'true or false';

export const options: readonly Option[] = [
  {
    name: 'port',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number from 0 to 65535 (0 picks a free port)',
    help: 'port to listen on; 0 picks a free one (4566)',
  },
  {
    name: 'host',
    kind: 'text',
    argument: 'ADDRESS',
    allowed: 'an IP address or a host name',
    help: 'address to listen on (127.0.0.1)',
  },
  {
    name: 'dataDir',
    kind: 'path',
    argument: 'DIR',
    allowed: 'a folder',
    help: 'where functions, logs and queues are kept (.lambent)',
  },
  { name: 'ephemeral', kind: 'switch', allowed: onOff, help: 'keep nothing after the program ends' },
  {
    name: 'region',
    kind: 'text',
    argument: 'REGION',
    allowed: 'the name of a Region, such as us-east-1',
    help: 'Region of requests that name none (us-east-1)',
  },
  {
    name: 'accountId',
    kind: 'text',
    argument: 'ID',
    allowed: 'exactly 12 digits (in quotes where it stands in a file)',
    help: 'account of access keys that are not 12 digits (000000000000)',
  },
  {
    name: 'isolation',
    kind: 'text',
    argument: 'LEVEL',
    allowed: 'auto, process, namespace or gvisor (other levels are not there yet)',
    help: 'auto | process | namespace | gvisor: how functions are kept apart (auto)',
  },
  {
    name: 'network',
    kind: 'text',
    argument: 'REACH',
    allowed: 'internet or none',
    help: 'internet | none: what functions reach beside Lambent, where isolation holds them (internet)',
  },
  {
    name: 'networkAllow',
    kind: 'list',
    argument: 'RANGES',
    allowed:
      'addresses or ranges like 10.1.2.0/24 or fd12::/64, separated by commas; loopback, link-local and multicast ones are never reached',
    help: "this machine's own addresses that functions may reach all the same: 10.1.2.3,...",
  },
  {
    name: 'logLevel',
    kind: 'text',
    argument: 'LEVEL',
    allowed: 'silent, error, warn, info or debug',
    help: "silent | error | warn | info | debug: the platform's own log (info)",
  },
  { name: 'json', kind: 'switch', allowed: onOff, help: "write the platform's own log as JSON lines" },
  {
    name: 'store',
    kind: 'text',
    argument: 'URL',
    allowed: 'an address like postgres://user:password@host:5432/database',
    help: 'keep state in PostgreSQL 15+ instead of the data dir: postgres://...',
    secret: true,
  },
  {
    name: 'auth',
    kind: 'text',
    argument: 'MODE',
    allowed: 'open or strict',
    help: 'open accepts any credentials, strict verifies signatures (open)',
  },
  {
    name: 'permissions',
    kind: 'text',
    argument: 'MODE',
    allowed: 'enforced or relaxed',
    help: 'relaxed lets services reach what their policies keep shut, with a warning (enforced)',
  },
  {
    name: 'blockPublicPolicies',
    kind: 'switch',
    allowed: onOff,
    help: 'refuse resource policies of functions that let in everybody',
  },
  {
    name: 'accessKeys',
    kind: 'keys',
    allowed:
      'id:secret or id:secret:account, separated by commas; in a file a list of {accessKeyId, secretAccessKey, accountId}',
    help: 'keys that --auth strict accepts: id:secret[:account],...',
    secret: true,
    noFlag: true,
  },
  {
    name: 'publicHost',
    kind: 'text',
    argument: 'NAME',
    allowed: 'a host name, with :port if needed, without http://',
    help: 'host name in the URLs that are handed out',
  },
  {
    name: 'tlsCert',
    kind: 'path',
    argument: 'FILE',
    allowed: 'a PEM file',
    help: 'certificate (PEM); serve HTTPS together with --tls-key',
  },
  { name: 'tlsKey', kind: 'path', argument: 'FILE', allowed: 'a PEM file', help: 'private key (PEM)' },
  {
    name: 'strictRuntimes',
    kind: 'switch',
    allowed: onOff,
    help: 'refuse runtimes whose exact version is not on this machine',
  },
  {
    name: 'allowReset',
    kind: 'switch',
    allowed: onOff,
    help: 'allow POST /_lambent/reset without --ephemeral',
  },
  {
    name: 'idleExpirySeconds',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number of seconds from 1 to 86400',
    help: 'end execution environments that were idle this long (900)',
  },
  {
    name: 'environmentLifetimeSeconds',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number of seconds from 60 to 604800',
    help: 'replace execution environments that are this old (14400)',
  },
  {
    name: 'prepared',
    kind: 'number',
    argument: 'N',
    allowed: 'auto or a whole number from 0 to 1000',
    help: 'runtimes to start ahead of need, of each kind in use; 0 is none (auto)',
  },
  {
    name: 'concurrency',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number from 1 to 1000000',
    help: 'concurrent executions per account and Region (1000)',
  },
  {
    name: 'codeStorageMb',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number from 1 to 100000000',
    help: 'packages of functions, versions and layers per account and Region (76800)',
  },
  {
    name: 'workers',
    kind: 'number',
    argument: 'N',
    allowed: 'auto or a whole number from 1 to 64',
    help: 'processes that invokes are shared out to, beside the main one; 1: it runs them all itself; auto: as they are needed (auto)',
  },
  {
    name: 'workersIdleSeconds',
    kind: 'number',
    argument: 'N',
    allowed: 'a whole number of seconds from 1 to 86400',
    help: 'end workers of --workers auto that had little to do this long (180)',
  },
];

/** `dataDir` is `--data-dir` on the command line. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `dataDir` is `LAMBENT_DATA_DIR` in the environment. */
export function variableOf(name: string): string {
  return `LAMBENT_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
