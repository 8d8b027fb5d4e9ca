import { ServiceError } from '../../../model/service-error.ts';
import type { IndexDefinition, Table } from '../tables/table-definition.ts';
import { tableArn } from '../tables/table-name.ts';

/** What there is too much of: reads or writes of a table, or of one of its global indexes. */
export interface Excess {
  readonly table: Table;
  readonly index: IndexDefinition | undefined;
  readonly kind: 'read' | 'write';
}

/** As SDKs know it: they ask again a little later. */
export function throttled({ table, index, kind }: Excess): ServiceError {
  const isProvisioned = table.definition.billingMode === 'PROVISIONED';
  const of = `${index === undefined ? 'Table' : 'Index'}${kind === 'read' ? 'Read' : 'Write'}`;
  const arn = tableArn(table);
  const reason = {
    reason: `${of}${isProvisioned ? 'ProvisionedThroughput' : 'MaxOnDemandThroughput'}Exceeded`,
    resource: index === undefined ? arn : `${arn}/index/${index.name}`,
  };
  const shown = { ThrottlingReasons: [reason] };
  if (isProvisioned) {
    return new ServiceError('ProvisionedThroughputExceededException', provisionedText(index), 400, shown);
  }
  const text = 'Throughput exceeds the maximum OnDemandThroughput configured on table or index';
  // The one error of the API whose members begin with small letters.
  return new ServiceError('ThrottlingException', text, 400, { throttlingReasons: [reason] });
}

export function isThrottled(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    (error.code === 'ProvisionedThroughputExceededException' || error.code === 'ThrottlingException')
  );
}

function provisionedText(index: IndexDefinition | undefined): string {
  return index === undefined
    ? 'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.'
    : 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API.';
}
