import type { AnyOperationHandler, RequestContext, ServiceDefinition } from '../../aws/service.ts';
import { invalidParameter } from './log-errors.ts';

/** Events are kept in files, which hold any text. */
const NOT_IN_THE_DATABASE: ReadonlySet<string> = new Set(['logEvents']);

/**
 * Refuses the zero character in everything that is looked up or kept in the database: CloudWatch's pattern of a stream's
 * name would allow it, PostgreSQL does not.
 */
export function withStorableText(
  operations: ServiceDefinition['operations'],
): ServiceDefinition['operations'] {
  const guarded = Object.entries(operations).map(([name, handler]) => [name, guard(handler)]);
  return Object.fromEntries(guarded) as ServiceDefinition['operations'];
}

function guard(handler: AnyOperationHandler): AnyOperationHandler {
  return (input: Readonly<Record<string, unknown>>, context: RequestContext) => {
    for (const [name, value] of Object.entries(input)) {
      if (!NOT_IN_THE_DATABASE.has(name) && hasZero(name, value)) {
        throw invalidParameter(`The parameter ${name} must not contain the character U+0000.`);
      }
    }
    return handler(input, context);
  };
}

function hasZero(name: string, value: unknown): boolean {
  if (typeof value === 'string') return (name === 'nextToken' ? decoded(value) : value).includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([member, inner]) => member.includes('\0') || hasZero('', inner));
}

/** A page token is a key in disguise, in which JSON spells the character out. */
function decoded(token: string): string {
  return Buffer.from(token, 'base64url').toString().replaceAll('\\u0000', '\0');
}
