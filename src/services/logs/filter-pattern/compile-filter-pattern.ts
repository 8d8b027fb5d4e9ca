import { compileJsonPattern } from './json-pattern.ts';
import { compileSpacePattern } from './space-pattern.ts';
import { compileTermPattern } from './term-pattern.ts';

/** Whether a log event's message matches. */
export type LogFilter = (message: string) => boolean;

/**
 * Compiles a CloudWatch Logs filter pattern: terms, JSON selectors or space-delimited fields. The empty pattern
 * matches everything.
 * @throws ServiceError InvalidParameterException
 */
export function compileFilterPattern(pattern: string): LogFilter {
  const trimmed = pattern.trim();
  if (trimmed.startsWith('{')) return compileJsonPattern(trimmed);
  if (trimmed.startsWith('[')) return compileSpacePattern(trimmed);
  return compileTermPattern(trimmed);
}
