import { createHash, randomInt } from 'node:crypto';
import type { IdentityKind } from './stored-identity.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ID_PREFIX: Readonly<Record<IdentityKind, string>> = {
  user: 'AIDA',
  group: 'AGPA',
  role: 'AROA',
  policy: 'ANPA',
  'instance-profile': 'AIPA',
};
const ROLE_ARN = /^arn:(aws[a-z-]*):iam::(\d{12}):role(\/(?:.+\/)?)([\w+=,.@-]+)$/;

export function identityArn(
  partition: string,
  accountId: string,
  kind: IdentityKind,
  { path, name }: { readonly path: string; readonly name: string },
): string {
  return `arn:${partition}:iam::${accountId}:${kind}${path}${name}`;
}

/** The unique id of something new: 21 characters. */
export function uniqueId(kind: IdentityKind): string {
  return ID_PREFIX[kind] + randomText(17);
}

/** 20 characters: `AKIA` begins a user's own key, `ASIA` a session's. */
export function accessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + randomText(16);
}

/** The unique id of a role that is nowhere but in an ARN: always the same for the same role. */
export function madeUpRoleId(arn: string): string {
  const bytes = createHash('sha256').update(arn).digest().subarray(0, 17);
  return ID_PREFIX.role + Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** The parts of a role's ARN; undefined when it is none. */
export function parseRoleArn(
  arn: string,
): { partition: string; accountId: string; path: string; name: string } | undefined {
  const [, partition, accountId, path, name] = ROLE_ARN.exec(arn) ?? [];
  if (partition === undefined || accountId === undefined || path === undefined || name === undefined)
    return undefined;
  return { partition, accountId, path, name };
}

/** The ARN of a role's session. */
export function assumedRoleArn(
  {
    partition,
    accountId,
    name,
  }: { readonly partition: string; readonly accountId: string; readonly name: string },
  sessionName: string,
): string {
  return `arn:${partition}:sts::${accountId}:assumed-role/${name}/${sessionName}`;
}
