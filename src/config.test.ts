import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambent-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const parse = (argv: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => parseConfig(argv, env, folder);
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

describe('where a setting comes from', () => {
  test('defaults', () => {
    expect(parse()).toMatchObject({
      port: 4566,
      host: '127.0.0.1',
      dataDir: join(folder, '.lambent'),
      accountId: '000000000000',
      idleExpirySeconds: 900,
      environmentLifetimeSeconds: 14_400,
      store: undefined,
      configFile: undefined,
    });
  });

  test('flag before variable before file before default, whatever subset names it', () => {
    const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined });
    fc.assert(
      fc.property(port, port, port, fc.boolean(), (flag, variable, file, joined) => {
        write('lambent.config.json', JSON.stringify(file === undefined ? {} : { port: file }));
        const argv = flag === undefined ? [] : joined ? [`--port=${flag}`] : ['--port', String(flag)];
        const env = variable === undefined ? {} : { LAMBENT_PORT: String(variable) };
        expect(parse(argv, env).port).toBe(flag ?? variable ?? file ?? 4566);
      }),
    );
  });

  test('switches are turned off again by a stronger source', () => {
    write('lambent.config.yaml', 'ephemeral: true\njson: true\n');
    expect(parse(['--no-ephemeral'], { LAMBENT_JSON: 'off' })).toMatchObject({
      ephemeral: false,
      json: false,
    });
  });

  test('an empty variable counts as not set, and AWS_REGION is not ours', () => {
    expect(parse([], { LAMBENT_PORT: '', AWS_REGION: 'eu-west-1' })).toMatchObject({
      port: 4566,
      region: 'us-east-1',
    });
  });

  test('a variable that is nearly a setting is refused, any other one named', () => {
    expect(() => parse([], { LAMBENT_ISOLATON: 'gvisor' })).toThrow(
      new ConfigError('There is no setting LAMBENT_ISOLATON: did you mean LAMBENT_ISOLATION?'),
    );
    // As Kubernetes sets them beside a service of this name.
    const service = {
      LAMBENT_SERVICE_HOST: '10.0.0.1',
      LAMBENT_SERVICE_PORT: '80',
      LAMBENT_PORT_80_TCP: 'x',
    };
    const known = { LAMBENT_CONFIG: '', LAMBENT_ENDPOINT: 'http://localhost:4566', LAMBENT_JSON: 'off' };
    expect(parse([], { ...service, ...known, LAMBENT_LOGLEVELL: '' }).unknownVariables).toEqual(
      Object.keys(service),
    );
  });

  test("paths start at the working folder, those in a file at the file's folder", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lambent-config-'));
    writeFileSync(join(elsewhere, 'my.yaml'), 'dataDir: state\ntlsCert: cert.pem\n');
    const config = parse(['--config', join(elsewhere, 'my.yaml'), '--tls-key', 'key.pem']);
    rmSync(elsewhere, { recursive: true });
    expect(config).toMatchObject({
      dataDir: join(elsewhere, 'state'),
      tlsCert: join(elsewhere, 'cert.pem'),
      tlsKey: join(folder, 'key.pem'),
    });
  });

  test('everything is frozen', () => {
    const config = parse([], { LAMBENT_ACCESS_KEYS: 'a:b' });
    expect([config, config.accessKeys, config.accessKeys[0]].every(Object.isFrozen)).toBe(true);
  });
});

describe('access keys', () => {
  test('take the account they name, else the one they are, else the default one', () => {
    const env = {
      LAMBENT_ACCESS_KEYS: 'one:s/+=,222222222222:t, three:u:333333333333',
      LAMBENT_AUTH: 'strict',
    };
    expect(parse(['--account-id', '111111111111'], env).accessKeys).toEqual([
      { accessKeyId: 'one', secretAccessKey: 's/+=', accountId: '111111111111' },
      { accessKeyId: '222222222222', secretAccessKey: 't', accountId: '222222222222' },
      { accessKeyId: 'three', secretAccessKey: 'u', accountId: '333333333333' },
    ]);
  });

  test('strict authentication without any is refused', () => {
    expect(() => parse(['--auth', 'strict'])).toThrow(/LAMBENT_ACCESS_KEYS/);
  });

  test('secrets are not repeated in errors', () => {
    expect(() => parse([], { LAMBENT_ACCESS_KEYS: 'id:hush:1:2' })).toThrow(
      /^(?!.*hush).*LAMBENT_ACCESS_KEYS must be/,
    );
    expect(() => parse(['--store', 'mysql://u:hush@h/d'])).toThrow(/^(?!.*hush)--store must be/);
  });
});

describe('refusals are one line that names the setting and what is allowed', () => {
  test.each([
    [['--port', 'abc'], '--port must be a whole number from 0 to 65535 (0 picks a free port), not "abc"'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535 (0 picks a free port), not 70000'],
    [['--prot', '1'], 'start knows no flag --prot: did you mean --port?'],
    [['--no-port'], 'start knows no flag --no-port: lambent start --help lists them all'],
    [['--data-dir', '--ephemeral'], '--data-dir needs a value'],
    [['--ephemeral=maybe'], '--ephemeral must be true or false, not "maybe"'],
    [
      ['--isolation', 'firecracker'],
      '--isolation must be auto, process, namespace or gvisor (other levels are not there yet), not "firecracker"',
    ],
    [['--network', 'lan'], '--network must be internet or none, not "lan"'],
    ...['127.0.0.2', '169.254.169.254/32', '10.0.0.0/7', '10.0.0.256', '::1', '224.0.0.1'].map(
      (range): [string[], string] => [
        ['--network-allow', `10.1.2.3,${range}`],
        `--network-allow must be addresses or ranges like 10.1.2.0/24 or fd12::/64, separated by commas; loopback, link-local and multicast ones are never reached, not ["10.1.2.3","${range}"]`,
      ],
    ),
    [
      ['--account-id', '12'],
      '--account-id must be exactly 12 digits (in quotes where it stands in a file), not "12"',
    ],
    [['somewhere'], 'start takes no argument, but got "somewhere"'],
    [['--tls-cert', 'a.pem'], '--tls-key is missing: HTTPS needs both --tls-cert and --tls-key'],
    [['--access-keys', 'a:b'], 'start knows no flag --access-keys: lambent start --help lists them all'],
  ])('%j', (argv, message) => {
    expect(() => parse(argv)).toThrow(new ConfigError(message));
  });

  test.each([
    [
      ['--public-host', 'a:70000'],
      '--public-host must be a host name, with :port if needed, without http://, not "a:70000"',
    ],
    [
      ['--public-host', 'http://a'],
      '--public-host must be a host name, with :port if needed, without http://, not "http://a"',
    ],
    [['--host', 'a b'], '--host must be an IP address or a host name, not "a b"'],
    [['--region', 'here'], '--region must be the name of a Region, such as us-east-1, not "here"'],
    [['--log-level', 'loud'], '--log-level must be silent, error, warn, info or debug, not "loud"'],
    [['--auth', 'lax'], '--auth must be open or strict, not "lax"'],
    [['--permissions', 'none'], '--permissions must be enforced or relaxed, not "none"'],
    [
      ['--idle-expiry-seconds', '0'],
      '--idle-expiry-seconds must be a whole number of seconds from 1 to 86400, not 0',
    ],
    [
      ['--environment-lifetime-seconds', '59'],
      '--environment-lifetime-seconds must be a whole number of seconds from 60 to 604800, not 59',
    ],
    [['--prepared', '1001'], '--prepared must be auto or a whole number from 0 to 1000, not 1001'],
    [['--concurrency', '0'], '--concurrency must be a whole number from 1 to 1000000, not 0'],
    [['--code-storage-mb', '1.5'], '--code-storage-mb must be a whole number from 1 to 100000000, not "1.5"'],
    [['--workers', '65'], '--workers must be auto or a whole number from 1 to 64, not 65'],
    [
      ['--workers-idle-seconds', '86401'],
      '--workers-idle-seconds must be a whole number of seconds from 1 to 86400, not 86401',
    ],
  ])('%j is out of range', (argv, message) => {
    expect(() => parse(argv)).toThrow(new ConfigError(message));
  });

  test('in a file', () => {
    write('lambent.config.json', '{"prot": 1}');
    expect(() => parse()).toThrow(
      `${join(folder, 'lambent.config.json')} has an unknown setting "prot": did you mean "port"?`,
    );
    write('lambent.config.json', '{"accountId": 12}');
    expect(() => parse()).toThrow('"accountId" in lambent.config.json must be exactly 12 digits');
    write('lambent.config.json', '[1]');
    expect(() => parse()).toThrow('must hold settings by name');
    write('lambent.config.json', '{');
    expect(() => parse()).toThrow(/^[^\n]*cannot be understood: [^\n]*$/);
    write('lambent.config.yml', 'port: 1');
    expect(() => parse()).toThrow('Both lambent.config.json and lambent.config.yml');
    expect(() => parse(['--config', 'none.json'])).toThrow(/none\.json cannot be read/);
  });

  test('any flags give a configuration or a ConfigError of one line', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('--port', '--json', '--no-json', '--', '--region', '-x', '4566'),
    );
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        expect(outcome(argv)).toSatisfy(
          (result) => !(result instanceof Error) || result instanceof ConfigError,
        );
      }),
    );
  });
});

function outcome(argv: readonly string[]): unknown {
  try {
    return parse(argv);
  } catch (error) {
    return error;
  }
}

describe('settings that contradict each other', () => {
  const refused: [string, readonly string[], NodeJS.ProcessEnv, string][] = [
    [
      'both flags',
      ['--ephemeral', '--data-dir', 'd'],
      {},
      '--data-dir has no effect: --ephemeral keeps nothing, in no folder. Leave one out.',
    ],
    [
      'a flag and a weaker switch',
      ['--data-dir', 'd'],
      { LAMBENT_EPHEMERAL: 'yes' },
      '--data-dir has no effect: --ephemeral keeps nothing, in no folder. Leave one out.',
    ],
    [
      'nothing kept in a database',
      ['--ephemeral'],
      { LAMBENT_STORE: 'postgres://h/d' },
      '--ephemeral keeps nothing after the end, and --store keeps everything: leave one out',
    ],
    [
      'workers that stay, and how they go',
      ['--workers', '3', '--workers-idle-seconds', '9'],
      {},
      '--workers-idle-seconds has no effect: it is about --workers auto, where they come and go. Leave one out.',
    ],
    [
      'two secrets of one key',
      [],
      { LAMBENT_ACCESS_KEYS: 'one:a,two:b,one:c' },
      'LAMBENT_ACCESS_KEYS names the key one more than once',
    ],
  ];
  test.each(refused)('%s', (_, argv, env, message) => {
    expect(() => parse(argv, env)).toThrow(new ConfigError(message));
  });

  test('a stronger source takes the place of a weaker one', () => {
    write('lambent.config.yaml', 'dataDir: here\nworkersIdleSeconds: 9\n');
    expect(parse(['--ephemeral', '--workers', '3'])).toMatchObject({ ephemeral: true, workers: 3 });
    expect(parse(['--no-ephemeral', '--data-dir', 'd'], { LAMBENT_EPHEMERAL: '1' }).ephemeral).toBe(false);
  });
});

test('--help throws the help text with exit code 0', () => {
  expect(() => parse(['--help'])).toThrow(
    expect.objectContaining({ exitCode: 0, message: expect.stringContaining('--idle-expiry-seconds N') }),
  );
});
