import { isRecord } from '../codecs/entries.ts';
import type { Operation } from '../schema/service-model.ts';
import { isEventStream, structureOf } from '../schema/shape.ts';
import { encodeEvents, EVENT_STREAM_TYPE } from './event-output.ts';
import type { EventFormat } from './event-output.ts';
import type { WireAnswer } from './wire-protocol.ts';

/** The answer of an RPC operation whose output holds an event stream; undefined for all others. */
export function rpcEventStream(
  operation: Operation,
  output: unknown,
  format: EventFormat,
): WireAnswer | undefined {
  const stream = operation.output.members.find(isEventStream);
  if (stream === undefined || stream.shape.kind !== 'structure' || !isRecord(output)) return undefined;
  const others = operation.output.members.filter((member) => member !== stream);
  const initial = format.write(structureOf(operation.output.name, others), output);
  const events = (output[stream.name] ?? noEvents()) as AsyncIterable<unknown>;
  return {
    status: 200,
    headers: { 'Content-Type': EVENT_STREAM_TYPE },
    body: encodeEvents(stream.shape, events, format, initial),
  };
}

async function* noEvents(): AsyncGenerator<never> {
  // A handler that has nothing to say still opens the stream.
}
