import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

// A program of its own: the database is that of the Node.js that runs the server. What it leaves is what every new
// embedded database begins as (src/store/empty-database.ts).
const store = join(process.cwd(), 'dist/src/store');
const empty = join(store, 'empty.db');
const { openStore } = await import(pathToFileURL(join(store, 'open-store.js')).href);

rmSync(empty, { force: true });
const dataDir = mkdtempSync(join(tmpdir(), 'lambent-build-'));
try {
  const onWarning = (message) => process.stderr.write(`${message}\n`);
  const opened = await openStore({ dataDir, url: undefined, ephemeral: false, onWarning });
  await opened.close();
  copyFileSync(join(dataDir, 'lambent.db'), empty);
  // A database is its owner's alone; this one has nothing in it, and others start servers from here.
  chmodSync(empty, 0o644);
} finally {
  rmSync(dataDir, { recursive: true });
}
