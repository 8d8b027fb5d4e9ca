import { z } from 'zod';
import { invalidArgument } from './kinesis-errors.ts';
import { ServiceError } from '../../model/service-error.ts';

/** Tokens hold for so long, on platform time. */
const VALID_MS = 300_000;

const token = z.strictObject({
  /** What is listed: only a list of the same goes on from it. */
  of: z.string(),
  after: z.string().regex(/^[a-zA-Z0-9_.-]{0,128}$/),
  madeAtMs: z.number(),
  /** Whatever else the list was asked with. */
  with: z.unknown().optional(),
});

export type PageToken = z.infer<typeof token>;

export function pageToken(content: PageToken): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws InvalidArgumentException, ExpiredNextTokenException */
export function parsePageToken(text: string, nowMs: number): PageToken {
  const content = token.safeParse(jsonOf(Buffer.from(text, 'base64url').toString()));
  if (!content.success) throw invalidArgument('Invalid NextToken.');
  if (content.data.madeAtMs + VALID_MS < nowMs)
    throw new ServiceError('ExpiredNextTokenException', 'NextToken has expired.');
  return content.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
