import { isIP } from 'node:net';
import * as z from 'zod/mini';

/** One key that `--auth strict` accepts. */
const accessKey = z.strictObject({
  accessKeyId: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/)),
  secretAccessKey: z.string().check(z.minLength(1)),
  /** The account it belongs to. Left out: the id itself when that is twelve digits, else the default account. */
  accountId: z.optional(z.string().check(z.regex(/^\d{12}$/))),
});

/** A range of this machine's own addresses. Those no function ever reaches would be promised in vain. */
const ownRange = z.string().check(
  z.regex(
    /^(?:(?!(?:0|127|22[4-9]|2[3-5]\d)\.|169\.254\.)(?:\d{1,3}\.){3}\d{1,3}(?:\/(?:[89]|[12]\d|3[0-2]))?|(?!f[ef]|::)[\da-f:]+(?:\/(?:1[6-9]|[2-9]\d|1[01]\d|12[0-8]))?)$/i,
  ),
  z.refine((range) => isIP(range.replace(/\/.*$/, '')) !== 0),
);

/** With or without a port. */
const hostAndPort = z.string().check(
  z.regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/),
  z.refine((host) => Number(/:(\d+)$/.exec(host)?.[1] ?? 1) <= 65_535),
);

const wholeNumber = (from: number, to: number) => z.int().check(z.gte(from), z.lte(to));
const text = () => z.string().check(z.minLength(1));

/** Every setting of `lambent start`, and its legal values. Paths are absolute by the time they come here. */
export const settingsSchema = z.strictObject({
  port: wholeNumber(0, 65_535),
  host: z.string().check(z.regex(/^[A-Za-z0-9.:_-]+$/)),
  dataDir: text(),
  ephemeral: z.boolean(),
  region: z.string().check(z.regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/)),
  accountId: z.string().check(z.regex(/^\d{12}$/)),
  isolation: z.enum(['auto', 'process', 'namespace', 'gvisor']),
  network: z.enum(['internet', 'none']),
  networkAllow: z.array(ownRange),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']),
  json: z.boolean(),
  store: z.optional(z.string().check(z.regex(/^postgres(ql)?:\/\/[^\s]+$/))),
  auth: z.enum(['open', 'strict']),
  permissions: z.enum(['enforced', 'relaxed']),
  accessKeys: z.array(accessKey),
  publicHost: z.optional(hostAndPort),
  tlsCert: z.optional(text()),
  tlsKey: z.optional(text()),
  blockPublicPolicies: z.boolean(),
  strictRuntimes: z.boolean(),
  allowReset: z.boolean(),
  idleExpirySeconds: wholeNumber(1, 86_400),
  environmentLifetimeSeconds: wholeNumber(60, 604_800),
  prepared: z.union([z.literal('auto'), wholeNumber(0, 1000)]),
  concurrency: wholeNumber(1, 1_000_000),
  codeStorageMb: wholeNumber(1, 100_000_000),
  workers: z.union([z.literal('auto'), wholeNumber(1, 64)]),
  workersIdleSeconds: wholeNumber(1, 86_400),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** What counts when no flag, variable or file says otherwise. */
export const defaults: Omit<Settings, 'dataDir'> = {
  port: 4566,
  host: '127.0.0.1',
  ephemeral: false,
  region: 'us-east-1',
  accountId: '000000000000',
  isolation: 'auto',
  network: 'internet',
  networkAllow: [],
  logLevel: 'info',
  json: false,
  auth: 'open',
  permissions: 'enforced',
  accessKeys: [],
  blockPublicPolicies: false,
  strictRuntimes: false,
  allowReset: false,
  idleExpirySeconds: 900,
  environmentLifetimeSeconds: 14_400,
  prepared: 'auto',
  concurrency: 1000,
  codeStorageMb: 76_800,
  workers: 'auto',
  workersIdleSeconds: 180,
};
