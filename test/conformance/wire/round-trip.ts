import { ServiceError } from '../../../src/model/service-error.ts';
import { suitClient, withoutAdditions } from './client-members.ts';
import { comparable, difference, settled } from './compare.ts';
import { Random, seedOf } from './random.ts';
import type { Recorder } from './recording-endpoint.ts';
import { membersOf, newCommand } from './sdk-services.ts';
import type { SdkOperation, SdkSender, SdkService } from './sdk-services.ts';
import { EventSequence, ValueGenerator } from './values.ts';

type Value = Record<string, unknown>;

export interface RoundTrip {
  readonly service: SdkService;
  readonly sender: SdkSender;
  readonly recorder: Recorder;
  readonly seed: number;
}

/**
 * One operation: a random input through the real client to the recording handler, a random output back.
 * @returns what differed; undefined when both arrived as they were sent
 */
export async function roundTrip(trip: RoundTrip, operation: SdkOperation): Promise<string | undefined> {
  const { service, sender, recorder, seed } = trip;
  const values = new ValueGenerator(new Random(seedOf(`${service.name}:${operation.name}`, seed)), service);
  const input = values.top(operation.input, operation.status);
  const output = values.top(operation.output, operation.status);
  suitClient(service.name, operation, input, output);
  let reached = '';
  let seen: Value = {};
  recorder.answer = async (received, context) => {
    reached = context.operation;
    seen = await settled(received);
    return toHandlerOutput(output);
  };
  try {
    const answer = await sender.send(newCommand(service, operation.name, { ...input }));
    if (reached !== operation.name) return `was routed to ${reached}`;
    const received = await settled(await readStreams(operation, answer));
    const arrived = withoutAdditions(service.name, operation.input, input, seen);
    const returned = withoutAdditions(service.name, operation.output, output, received);
    return (
      labelled('input', difference(comparable(input), comparable(arrived))) ??
      labelled('output', difference(comparable(output), comparable(returned)))
    );
  } catch (error) {
    const route = reached === '' || reached === operation.name ? '' : ` (was routed to ${reached})`;
    return `${String(error).split('\n', 1)[0]}${route}`.slice(0, 300);
  }
}

/**
 * One modelled error, thrown by the handler of any operation: it must reach the client as the same exception with the
 * same members.
 */
export async function errorTrip(
  trip: RoundTrip,
  operation: SdkOperation,
  schema: SdkService['errors'][number],
): Promise<string | undefined> {
  const { service, sender, recorder, seed } = trip;
  const code = schema.getName() ?? '';
  const values = new ValueGenerator(new Random(seedOf(`${service.name}!${code}`, seed)), service);
  const input = values.top(operation.input, operation.status);
  suitClient(service.name, operation, input, {});
  const members = errorMembers(values.top(schema, 400));
  recorder.answer = () => {
    throw new ServiceError(code, MESSAGE, 400, members);
  };
  try {
    await sender.send(newCommand(service, operation.name, input));
    return 'the client saw no error';
  } catch (thrown) {
    const error = thrown as Error & Value;
    if (error.name !== code) return `the client saw ${error.name}: ${error.message}`.slice(0, 300);
    if (error.message !== MESSAGE) return `message: ${error.message}`;
    const seen = Object.fromEntries(Object.keys(members).map((name) => [name, error[name]]));
    return difference(comparable(members), comparable(seen));
  }
}

const MESSAGE = 'boom & <bust>';

/** All members but the message, which a thrown error has of its own. */
function errorMembers(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name.toLowerCase() !== 'message'));
}

function labelled(side: string, found: string | undefined): string | undefined {
  return found === undefined ? undefined : side + found;
}

/** Event sequences become real streams, as a handler would return them. */
function toHandlerOutput(output: Value): Value {
  const entries = Object.entries(output).map(([name, value]) => [
    name,
    value instanceof EventSequence ? streamOf(value.events) : value,
  ]);
  return Object.fromEntries(entries);
}

async function* streamOf(events: readonly unknown[]): AsyncGenerator {
  yield* events;
}

async function readStreams(operation: SdkOperation, answer: Value): Promise<Value> {
  const { $metadata: _metadata, ...result } = answer;
  for (const [name, member] of membersOf(operation.output)) {
    const body = result[name] as { transformToByteArray?(): Promise<Uint8Array> } | undefined;
    if (member.isStreaming() && body?.transformToByteArray !== undefined) {
      result[name] = await body.transformToByteArray();
    }
  }
  return result;
}
