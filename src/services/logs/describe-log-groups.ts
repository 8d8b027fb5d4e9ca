import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import type { OperationHandler, RequestContext } from '../../aws/service.ts';
import { invalidParameter, notBuilt } from './log-errors.ts';
import { type GroupName, groupArn, groupFromIdentifier } from './log-names.ts';
import { contains, functionStreamsCreated, type LogGroupRow, selectStreams, startsWith } from './log-rows.ts';
import type { LogsDependencies } from './logs-dependencies.ts';
import { listToken, readListToken } from './page-token.ts';

const PAGE_GROUPS = 50;
const EVENT_OVERHEAD_BYTES = 26;

export function describeLogGroups(
  deps: LogsDependencies,
): OperationHandler<DescribeLogGroupsRequest, DescribeLogGroupsResponse> {
  return async (input, context) => {
    refuseUnbuilt(input);
    await functionStreamsCreated(deps);
    const limit = input.limit ?? PAGE_GROUPS;
    const rows = await groupRows(deps, input, context, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const logGroups: LogGroup[] = [];
    for (const row of page) logGroups.push(await shown(deps, row));
    return {
      logGroups,
      ...(rows.length > limit && last !== undefined ? { nextToken: listToken(last.name) } : {}),
    };
  };
}

function refuseUnbuilt(input: DescribeLogGroupsRequest): void {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  }
  if (input.includeLinkedAccounts === true) throw notBuilt('includeLinkedAccounts');
  if (input.accountIdentifiers !== undefined) throw notBuilt('accountIdentifiers');
}

async function groupRows(
  deps: LogsDependencies,
  input: DescribeLogGroupsRequest,
  context: RequestContext,
  limit: number,
): Promise<LogGroupRow[]> {
  // Every group is of the one class there is.
  if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') return [];
  let query = deps.store.db
    .selectFrom('log_groups')
    .selectAll()
    .where('account_id', '=', context.accountId)
    .where('region', '=', context.region)
    .orderBy('name')
    .limit(limit);
  const {
    logGroupNamePrefix: prefix,
    logGroupNamePattern: pattern,
    logGroupIdentifiers: identifiers,
  } = input;
  if (prefix !== undefined) query = query.where(startsWith('name', prefix));
  if (pattern !== undefined && pattern !== '') query = query.where(contains('name', pattern));
  if (identifiers !== undefined) {
    const names = identifiers.map((identifier) => groupFromIdentifier(identifier, context).name);
    query = query.where('name', 'in', names);
  }
  if (input.nextToken !== undefined) {
    query = query.where('name', '>', String(readListToken(input.nextToken, 1)[0]));
  }
  return query.execute();
}

async function shown(deps: LogsDependencies, row: LogGroupRow): Promise<LogGroup> {
  const name: GroupName = { accountId: row.account_id, region: row.region, name: row.name };
  const arn = groupArn(name);
  return {
    logGroupName: row.name,
    creationTime: row.created_at_ms,
    ...(row.retention_days === null ? {} : { retentionInDays: row.retention_days }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: await storedBytes(deps, name),
    logGroupClass: 'STANDARD',
    logGroupArn: arn,
    deletionProtectionEnabled: false,
  };
}

async function storedBytes(deps: LogsDependencies, group: GroupName): Promise<number> {
  const streams = await selectStreams(deps.store.db, group).execute();
  const summaries = await deps.segments.summaries(streams.map((stream) => stream.directory));
  return summaries.reduce((sum, each) => sum + each.messageBytes + each.count * EVENT_OVERHEAD_BYTES, 0);
}
