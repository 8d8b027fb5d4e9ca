import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

/** Where one test's store is. It can be opened again and again, and finds what it held. */
export interface TestDatabase {
  readonly dataDir: string;
  /** What `openStore` takes: undefined on the embedded engine. */
  readonly url: string | undefined;
  /** What the store warned of, oldest first. */
  readonly warnings: readonly string[];
  open(): Promise<Store>;
  /** Removes directory and database; stores must be closed before. */
  remove(): Promise<void>;
}

export interface TestEngine {
  readonly name: 'sqlite' | 'postgres';
  /** A store of its own for one test, not opened yet. */
  create(): Promise<TestDatabase>;
}

const server = process.env['LAMBENT_TEST_POSTGRES'];
if (server === undefined || server === '') {
  console.log(
    'PostgreSQL tests are skipped: LAMBENT_TEST_POSTGRES names no server (tools/private-postgres.mjs starts one).',
  );
}

/** Every engine there is here; a store's test runs on each of them. */
export const engines: readonly TestEngine[] = [
  { name: 'sqlite', create: () => createDatabase(undefined, async () => {}) },
  ...(server === undefined || server === ''
    ? []
    : [{ name: 'postgres' as const, create: () => createOnServer(server) }]),
];

async function createOnServer(serverUrl: string): Promise<TestDatabase> {
  const name = `lambent_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return createDatabase(url.href, () => onServer(serverUrl, `drop database ${name} with (force)`));
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function createDatabase(url: string | undefined, drop: () => Promise<void>): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lambent-store-'));
  const warnings: string[] = [];
  return {
    dataDir,
    url,
    warnings,
    open: () => openStore({ dataDir, url, ephemeral: false, onWarning: (message) => warnings.push(message) }),
    remove: async () => {
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
