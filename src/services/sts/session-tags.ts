import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import type { SessionClaims } from '../../model/identity/session-claims.ts';
import { ServiceError } from '../../model/service-error.ts';
import { validationError } from './sts-errors.ts';

export interface SessionTags {
  /** Those of the request. */
  readonly given: Readonly<Record<string, string>>;
  /** With those the calling session hands on. */
  readonly all: Readonly<Record<string, string>>;
  readonly transitiveKeys: readonly string[];
}

/** Throws for keys that come twice or are AWS's own, and for tags that the calling session has fixed. */
export function sessionTags(
  { Tags, TransitiveTagKeys }: Pick<AssumeRoleRequest, 'Tags' | 'TransitiveTagKeys'>,
  session: SessionClaims | undefined,
): SessionTags {
  const inheritedKeys = session?.transitiveTagKeys ?? [];
  const inherited = Object.entries(session?.tags ?? {}).filter(([key]) => inheritedKeys.includes(key));
  const given = new Map<string, string>();
  for (const { Key = '', Value = '' } of Tags ?? []) {
    if (/^aws:/i.test(Key))
      throw validationError('aws: prefixed tag key names are not allowed for external use.');
    if ([...given.keys()].some((key) => isSame(key, Key))) throw duplicate();
    if (inherited.some(([key]) => isSame(key, Key)))
      throw new ServiceError(
        'InvalidParameterValue',
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        400,
      );
    given.set(Key, Value);
  }
  const transitive = TransitiveTagKeys ?? [];
  const odd = transitive.find((wanted) => ![...given.keys()].some((key) => isSame(key, wanted)));
  if (odd !== undefined)
    throw new ServiceError(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
      400,
    );
  return {
    given: Object.fromEntries(given),
    all: { ...Object.fromEntries(inherited), ...Object.fromEntries(given) },
    transitiveKeys: [...inheritedKeys, ...transitive],
  };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function duplicate(): Error {
  const message = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
  return new ServiceError('InvalidParameterValue', message, 400);
}
