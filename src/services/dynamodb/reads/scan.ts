import type { ScanInput, ScanOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { RequestExpressions } from '../expressions/request-expressions.ts';
import { tableNameOf } from '../tables/table-name.ts';
import { readPage } from './read-page.ts';
import { indexOf, pageOutput, seenThrough, selectionOf, startOf } from './read-request.ts';

const SEGMENT_DIGITS = 8;
const SEGMENT_SPACE = 16 ** SEGMENT_DIGITS;

/** All items of a table or an index, or of one of so many equal parts. */
export function scan(deps: DynamodbDependencies): OperationHandler<ScanInput, ScanOutput> {
  return async (input, context) => {
    const { FilterExpression, ScanFilter, AttributesToGet } = input;
    const expressions = new RequestExpressions(input, { AttributesToGet, ScanFilter }, { FilterExpression });
    const filter = expressions.condition('FilterExpression', FilterExpression, ScanFilter);
    const paths = expressions.projection();
    expressions.end();
    const within = segmentOf(input);
    const table = await deps.tables.get(tableNameOf(input.TableName, context));
    const range = { table, index: indexOf(table, input), within, isForward: true };
    const show = selectionOf(range, input.Select, paths);
    const start = startOf(range, input.ExclusiveStartKey);
    if (start !== undefined && !isWithin(start.hashKey, within)) {
      throw validation('The provided starting key is outside query boundaries based on provided conditions');
    }
    const page = await readPage(deps, range, {
      start,
      limit: input.Limit,
      filter: seenThrough(range, filter),
      show,
      isConsistent: input.ConsistentRead,
    });
    return pageOutput(input, range, page);
  };
}

interface Segment {
  readonly fromHash: string;
  readonly toHash: string | undefined;
}

function segmentOf({ Segment: segment, TotalSegments: total }: ScanInput): Segment {
  if (total === undefined && segment === undefined) return { fromHash: '', toHash: undefined };
  if (total === undefined) {
    throw validation(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (segment === undefined) {
    throw validation(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (segment >= total) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return {
    fromHash: segment === 0 ? '' : boundary(segment, total),
    toHash: segment + 1 === total ? undefined : boundary(segment + 1, total),
  };
}

function boundary(segment: number, total: number): string {
  return Math.floor((segment / total) * SEGMENT_SPACE)
    .toString(16)
    .padStart(SEGMENT_DIGITS, '0');
}

function isWithin(hashKey: string, { fromHash, toHash }: Segment): boolean {
  return hashKey >= fromHash && (toHash === undefined || hashKey < toHash);
}
