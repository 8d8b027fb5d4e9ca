import { givesTags } from '../../aws/given-tags.ts';
import type { RequestContext, RequestedAction } from '../../aws/service.ts';
import { ServiceError } from '../../model/service-error.ts';
import { parsedStatement } from './partiql/parsed-statement.ts';
import type { WrittenStatement } from './partiql/written-statement.ts';
import { tableArn, tableNameOf } from './tables/table-name.ts';

type Input = Readonly<Record<string, unknown>>;
type Target = { readonly action: string; readonly table: unknown; readonly index?: unknown };

/** What a transaction's members are called as actions. */
const MEMBERS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

const STREAM_ACTIONS = ['kinesis:DescribeStream', 'kinesis:PutRecords'];

/** What statements are called as actions. */
const STATEMENTS: Readonly<Record<WrittenStatement['type'], string>> = {
  select: 'PartiQLSelect',
  exists: 'PartiQLSelect',
  insert: 'PartiQLInsert',
  update: 'PartiQLUpdate',
  delete: 'PartiQLDelete',
};

/** Policies can tell what is asked for by itself from what is part of these. */
const TRANSACTIONS: ReadonlySet<string> = new Set([
  'ExecuteTransaction',
  'TransactGetItems',
  'TransactWriteItems',
]);

/** The actions a request takes, each on its table or on one of the table's indexes. */
export function dynamodbActions(
  operation: string,
  input: Input,
  context: RequestContext,
): readonly RequestedAction[] {
  const keys = TRANSACTIONS.has(operation) && { keys: { 'dynamodb:EnclosingOperation': operation } };
  const own = targetsOf(operation, input, context).map(({ action, table, index }) => {
    const arn = typeof table === 'string' ? tableArn(tableNameOf(table, context)) : '*';
    const resource = typeof index === 'string' ? `${arn}/index/${index}` : arn;
    return { action: `dynamodb:${action}`, resource, ...keys };
  });
  const stream = input['StreamArn'];
  if (operation !== 'EnableKinesisStreamingDestination' || typeof stream !== 'string') return own;
  // A table is no way into streams that its owner may not write to.
  return [...own, ...STREAM_ACTIONS.map((action) => ({ action, resource: stream }))];
}

function targetsOf(operation: string, input: Input, context: RequestContext): Target[] {
  switch (operation) {
    case 'DescribeEndpoints':
    case 'DescribeLimits':
    case 'ListTables':
      return [{ action: operation, table: undefined }];
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys((input['RequestItems'] ?? {}) as Input).map((table) => ({
        action: operation,
        table,
      }));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return ((input['TransactItems'] ?? []) as readonly Input[]).flatMap((member) =>
        Object.entries(member).flatMap(([kind, request]) =>
          request === undefined
            ? []
            : [{ action: MEMBERS[kind] ?? kind, table: (request as Input)['TableName'] }],
        ),
      );
    case 'ExecuteStatement':
      return ofStatements([input], context);
    case 'BatchExecuteStatement':
      return ofStatements(input['Statements'], context);
    case 'ExecuteTransaction':
      return ofStatements(input['TransactStatements'], context);
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action: operation, table: input['ResourceArn'] }];
    case 'CreateTable': {
      const table = input['TableName'];
      const isTagged = givesTags(input['Tags']);
      return [{ action: operation, table }, ...(isTagged ? [{ action: 'TagResource', table }] : [])];
    }
    default:
      return [{ action: operation, table: input['TableName'], index: input['IndexName'] }];
  }
}

/** Statements name their tables themselves. What names none does nothing, and is answered with what is wrong with it. */
function ofStatements(members: unknown, context: RequestContext): Target[] {
  return ((members ?? []) as readonly Input[]).flatMap(({ Statement }) => {
    try {
      const { type, from } = parsedStatement(String(Statement)).statement;
      const table = tableArn(tableNameOf(from.table, context));
      return [{ action: STATEMENTS[type], table, index: from.index }];
    } catch (error) {
      if (error instanceof ServiceError) return [];
      throw error;
    }
  });
}
