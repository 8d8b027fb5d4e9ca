import type {
  CreateChannelInput,
  DeleteChannelInput,
  DescribeChannelInput,
  ListChannelsInput,
  ListChannelsOutput,
  UpdateChannelInput,
} from '@aws-sdk/client-kinesis';
import type { OperationHandler } from '../../../aws/service.ts';
import { invalidArgument, notBuilt, notFound } from '../kinesis-errors.ts';

/** Channels deliver to buckets and tables. There are none, and none can be made. */
export function createChannel(): OperationHandler<CreateChannelInput, never> {
  return () => {
    throw notBuilt('channels');
  };
}

export function listChannels(): OperationHandler<ListChannelsInput, ListChannelsOutput> {
  return (input) => {
    if (input.NextToken !== undefined) throw invalidArgument('Invalid NextToken.');
    return { ChannelSummaries: [] };
  };
}

/** Describes, updates or deletes what is not there. */
export function absentChannel(): OperationHandler<
  DescribeChannelInput | UpdateChannelInput | DeleteChannelInput,
  never
> {
  return (input) => {
    throw notFound(`Channel ${input.ChannelARN} not found.`);
  };
}
