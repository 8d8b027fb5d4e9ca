import type { ListStreamConsumersInput, ListStreamConsumersOutput } from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import type { KinesisDependencies } from '../kinesis-dependencies.ts';
import { invalidArgument, streamNotFound } from '../kinesis-errors.ts';
import { pageToken, parsePageToken } from '../page-token.ts';
import { admit } from '../permissions/stream-access.ts';
import { shownConsumer } from './named-consumer.ts';

const LARGEST_PAGE = 100;

/** The consumers of a stream, by name. */
export function listStreamConsumers(
  deps: KinesisDependencies,
): OperationHandler<ListStreamConsumersInput, ListStreamConsumersOutput> {
  return async (input, context) => {
    const nowMs = deps.clock.now();
    const stream = await admit(deps, input, context, 'ListStreamConsumers');
    const createdAtMs = input.StreamCreationTimestamp?.getTime();
    if (createdAtMs !== undefined && Math.floor(createdAtMs / 1000) !== Math.floor(stream.createdAtMs / 1000))
      throw streamNotFound(stream);
    const of = `${stream.arn}/${stream.id}`;
    const token = input.NextToken === undefined ? undefined : parsePageToken(input.NextToken, nowMs);
    if (token !== undefined && token.of !== of) throw invalidArgument('Invalid NextToken.');
    const rest = stream.consumers.filter(({ name }) => name > (token?.after ?? ''));
    const page = rest.slice(0, Math.min(input.MaxResults ?? LARGEST_PAGE, LARGEST_PAGE));
    const last = page.at(-1);
    const hasMore = page.length < rest.length && last !== undefined;
    return {
      Consumers: page.map(shownConsumer),
      ...(hasMore && { NextToken: pageToken({ of, after: last.name, madeAtMs: nowMs }) }),
    };
  };
}
