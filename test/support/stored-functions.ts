import { randomUUID } from 'node:crypto';
import type { StoredFunction } from '../../src/model/stored-function.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { ROLE } from './server.ts';

/** A store of its own, gone when it is closed. */
export async function ephemeralStore(): Promise<Store> {
  return await openStore({
    dataDir: '',
    url: undefined,
    ephemeral: true,
    onWarning: (message) => {
      throw new Error(message);
    },
  });
}

/** A new function as CreateFunction would store it, changed where the test needs it. */
export function pendingFunction(change: Partial<StoredFunction> = {}): StoredFunction {
  const name = change.name ?? 'stored';
  return {
    accountId: '000000000000',
    region: 'us-east-1',
    name,
    version: '$LATEST',
    description: '',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    role: ROLE,
    timeoutSeconds: 3,
    memoryMb: 128,
    ephemeralStorageMb: 512,
    architecture: 'x86_64',
    logging: { logFormat: 'Text', logGroup: `/aws/lambda/${name}` },
    codeSha256: '',
    codeSize: 0,
    codeUnzippedBytes: 0,
    layers: [],
    lastModifiedMs: 0,
    deploymentId: randomUUID(),
    revisionId: randomUUID(),
    state: 'Pending',
    ...change,
  };
}
