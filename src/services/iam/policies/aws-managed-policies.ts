import type { StoredManagedPolicy } from '../../../model/identity/stored-identity.ts';
import type { PolicyStatement } from '../../../model/policy/policy-document.ts';
import data from './aws-managed-policies.json' with { type: 'json' };

/** A line of the data file: under the policy's name. */
interface Line {
  readonly path?: string;
  readonly description?: string;
  readonly statements: readonly PolicyStatement[];
}

const OWNER = 'aws';
const CREATED_MS = Date.UTC(2015, 1, 6, 18, 40, 58);
/** A partition's policies have ARNs of their own, and are otherwise the same. */
const ARN = /^arn:(aws[a-z-]*):iam::aws:policy(\/(?:.+\/)?)([\w+=,.@-]+)$/;

const lines: ReadonlyMap<string, Line> = new Map(Object.entries(data as unknown as Record<string, Line>));

/** One of the policies that AWS gives everyone. */
export function awsManagedPolicy(arn: string): StoredManagedPolicy | undefined {
  const [, partition, path, name] = ARN.exec(arn) ?? [];
  if (partition === undefined || path === undefined || name === undefined) return undefined;
  const line = lines.get(name);
  return line === undefined || (line.path ?? '/') !== path ? undefined : stored(partition, name, line);
}

/** All there are here, by name. */
export function awsManagedPolicies(partition: string): StoredManagedPolicy[] {
  return [...lines]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, line]) => stored(partition, name, line));
}

function stored(partition: string, name: string, line: Line): StoredManagedPolicy {
  const path = line.path ?? '/';
  const document = JSON.stringify({ Version: '2012-10-17', Statement: line.statements });
  return {
    kind: 'policy',
    accountId: OWNER,
    name,
    path,
    id: `ANPA${Buffer.from(name)
      .toString('hex')
      .toUpperCase()
      .replaceAll(/[^A-F2-7]/g, 'Z')
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    arn: `arn:${partition}:iam::${OWNER}:policy${path}${name}`,
    createdMs: CREATED_MS,
    updatedMs: CREATED_MS,
    tags: {},
    ...(line.description !== undefined && { description: line.description }),
    versions: [{ id: 'v1', document, createdMs: CREATED_MS }],
    defaultVersion: 'v1',
    nextVersion: 2,
  };
}
