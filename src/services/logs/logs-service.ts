import type { ServiceDefinition } from '../../aws/service.ts';
import { createLogGroup } from './create-log-group.ts';
import { createLogStream } from './create-log-stream.ts';
import { deleteLogGroup } from './delete-log-group.ts';
import { deleteLogStream } from './delete-log-stream.ts';
import { deleteRetentionPolicy } from './delete-retention-policy.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { getLogEvents } from './get-log-events.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listTagsLogGroup } from './list-tags-log-group.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { logsActions } from './logs-access.ts';
import { putLogEvents } from './put-log-events.ts';
import { putRetentionPolicy } from './put-retention-policy.ts';
import { RetentionSweep } from './retention.ts';
import { withStorableText } from './storable-text.ts';
import { tagLogGroup } from './tag-log-group.ts';
import { tagResource } from './tag-resource.ts';
import { untagLogGroup } from './untag-log-group.ts';
import { untagResource } from './untag-resource.ts';

/** CloudWatch Logs, as far as it is built; also starts removing what is past its retention. */
export function createLogsService(deps: LogsDependencies): ServiceDefinition {
  new RetentionSweep(deps).start();
  return {
    model: 'cloudwatch-logs',
    access: { actions: logsActions },
    operations: withStorableText({
      CreateLogGroup: createLogGroup(deps),
      CreateLogStream: createLogStream(deps),
      DeleteLogGroup: deleteLogGroup(deps),
      DeleteLogStream: deleteLogStream(deps),
      DeleteRetentionPolicy: deleteRetentionPolicy(deps),
      DescribeLogGroups: describeLogGroups(deps),
      DescribeLogStreams: describeLogStreams(deps),
      FilterLogEvents: filterLogEvents(deps),
      GetLogEvents: getLogEvents(deps),
      ListTagsForResource: listTagsForResource(deps),
      ListTagsLogGroup: listTagsLogGroup(deps),
      PutLogEvents: putLogEvents(deps),
      PutRetentionPolicy: putRetentionPolicy(deps),
      TagLogGroup: tagLogGroup(deps),
      TagResource: tagResource(deps),
      UntagLogGroup: untagLogGroup(deps),
      UntagResource: untagResource(deps),
    }),
  };
}
