import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { eventually } from './functions.ts';

/** Everything here may take long on a busy machine. */
export const PATIENCE_MS = 60_000;

export type Mapping = EventSourceMappingConfiguration & { readonly UUID: string };

/** Creates a mapping and waits until it is Enabled, or Disabled if it is made so. */
export async function makeMapping(
  lambda: LambdaClient,
  input: CreateEventSourceMappingCommandInput,
): Promise<Mapping> {
  const { UUID = '' } = await lambda.send(new CreateEventSourceMappingCommand(input));
  return await untilState(lambda, UUID, input.Enabled === false ? 'Disabled' : 'Enabled');
}

export async function getMapping(lambda: LambdaClient, UUID: string): Promise<Mapping> {
  const { $metadata: _, ...mapping } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  return { ...mapping, UUID };
}

export async function untilState(lambda: LambdaClient, uuid: string, state: string): Promise<Mapping> {
  return await eventually(
    async () => await getMapping(lambda, uuid),
    (mapping) => mapping.State === state,
    PATIENCE_MS,
  );
}

/** Until it is gone. */
export async function untilDeleted(lambda: LambdaClient, uuid: string): Promise<void> {
  await eventually(
    async () =>
      await getMapping(lambda, uuid).then(
        () => false,
        (error: Error) => error.name === 'ResourceNotFoundException',
      ),
    (isGone) => isGone,
    PATIENCE_MS,
  );
}
