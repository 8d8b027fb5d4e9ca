import { parseForm } from '../codecs/query-form.ts';
import { readQuery } from '../codecs/query-read.ts';
import type { QueryDialect } from '../codecs/query-read.ts';
import type { WireCall } from './wire-protocol.ts';

export function readQueryInput(call: WireCall, dialect: QueryDialect): Record<string, unknown> {
  const { operation, request, form } = call;
  const input = readQuery(operation.input, parseForm(form ?? []), dialect);
  // An SQS request may be sent to the queue's own URL and leave out the parameter.
  const isQueueUrl = operation.service.name === 'sqs' && request.path.length > 1;
  if (isQueueUrl && input['QueueUrl'] === undefined && operation.input.byName.has('QueueUrl')) {
    input['QueueUrl'] = `http://${request.host}${request.path}`;
  }
  return input;
}
