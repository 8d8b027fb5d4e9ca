import { ServiceError } from '../../../model/service-error.ts';
import { validation } from '../dynamodb-errors.ts';

/** Where a reader of a stream goes on. */
export interface ShardIterator {
  readonly arn: string;
  readonly shardId: string;
  readonly afterSequence: number;
  /** Platform time. */
  readonly madeAtMs: number;
}

const VALID_MS = 15 * 60_000;

export function iteratorText(iterator: ShardIterator): string {
  const { arn, shardId, afterSequence, madeAtMs } = iterator;
  return `${arn}|1|${Buffer.from(JSON.stringify([shardId, afterSequence, madeAtMs])).toString('base64')}`;
}

/** Throws ValidationException, or ExpiredIteratorException after a quarter of an hour. */
export function parseIterator(text: string | undefined, nowMs: number): ShardIterator {
  const [arn = '', , rest = ''] = (text ?? '').split('|');
  const parts = partsOf(rest);
  if (parts === undefined) throw validation('Invalid ShardIterator');
  const [shardId, afterSequence, madeAtMs] = parts;
  if (nowMs - madeAtMs > VALID_MS) {
    throw new ServiceError('ExpiredIteratorException', 'The shard iterator has expired.');
  }
  return { arn, shardId, afterSequence, madeAtMs };
}

function partsOf(text: string): [string, number, number] | undefined {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64').toString()) as unknown;
    if (!Array.isArray(parts)) return undefined;
    const [shardId, after, made] = parts as unknown[];
    const isOurs = typeof shardId === 'string' && Number.isSafeInteger(after) && Number.isSafeInteger(made);
    return isOurs ? [shardId, Number(after), Number(made)] : undefined;
  } catch {
    return undefined;
  }
}
