import { validation } from '../kinesis-errors.ts';
import type { StoredStream } from '../streams/stored-stream.ts';

/** On-demand streams look after their shards themselves. @throws ValidationException */
export function requireProvisioned({ definition }: StoredStream, operation: string): void {
  if (definition.mode === 'PROVISIONED') return;
  throw validation(`Request is invalid. Stream mode ON_DEMAND does not support ${operation}.`);
}
