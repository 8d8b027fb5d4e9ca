import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { accessKeyId, assumedRoleArn, madeUpRoleId, parseRoleArn } from '../model/identity/identity-names.ts';
import type { SessionClaims } from '../model/identity/session-claims.ts';
import { partitionOf } from '../model/stored-function.ts';
import type { IdentityDirectory } from '../services/iam/directory/identity-directory.ts';
import type { Credentials } from './credentials.ts';

export interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Platform time, milliseconds since the Unix epoch. */
  readonly expiresMs: number;
}

/** Lambda's sessions last this long, and longer where environments live longer. */
const SESSION_MS = 12 * 3_600_000;
/** The longest an environment outlives its lifetime: with an invocation that had just begun. */
const LAST_INVOCATION_MS = 16 * 60_000;

/**
 * The credentials an execution environment gets: those of a session of the function's execution role. A role that is
 * nowhere but in the function's configuration has sessions all the same; they are nobody's where callers are
 * authorised.
 */
export class FunctionSessions {
  readonly #credentials: Credentials;
  readonly #directory: IdentityDirectory;
  readonly #clock: Clock;
  readonly #durationMs: number;

  /** @param lifetimeMs of environments */
  constructor(credentials: Credentials, directory: IdentityDirectory, clock: Clock, lifetimeMs: number) {
    this.#credentials = credentials;
    this.#directory = directory;
    this.#clock = clock;
    this.#durationMs = Math.max(SESSION_MS, lifetimeMs + LAST_INVOCATION_MS);
  }

  credentialsFor({ accountId, region, name, functionArn, role }: FunctionVersion): FunctionCredentials {
    const parts = parseRoleArn(role);
    const place = {
      partition: parts?.partition ?? partitionOf(region),
      accountId,
      name: parts?.name ?? role.slice(role.lastIndexOf('/') + 1),
    };
    const roleArn = `arn:${place.partition}:iam::${accountId}:role${parts?.path ?? '/'}${place.name}`;
    const known = this.#directory.find('role', accountId, place.name);
    // AWS's session names have two characters at least.
    const sessionName = name.length === 1 ? `${name}@lambda_function` : name;
    const issuedMs = this.#clock.now();
    const claims: SessionClaims = {
      accessKeyId: accessKeyId('ASIA'),
      accountId,
      arn: assumedRoleArn(place, sessionName),
      roleArn,
      ...(known !== undefined && { issuerId: known.id }),
      userId: `${known?.id ?? madeUpRoleId(roleArn)}:${sessionName}`,
      issuedMs,
      expiresMs: issuedMs + this.#durationMs,
      sourceFunctionArn: functionArn,
    };
    const { accessKeyId: id, expiresMs } = claims;
    return { accessKeyId: id, expiresMs, ...this.#credentials.issue(claims) };
  }
}
