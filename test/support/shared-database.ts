import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A database of its own on a PostgreSQL server, for platforms to share. */
export async function createDatabase(
  serverUrl: string,
): Promise<{ readonly url: string; remove: () => Promise<void> }> {
  const name = `lambent_shared_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    remove: async () => await onServer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
