import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { RequestContext } from '../../../aws/service.ts';
import { validation } from '../dynamodb-errors.ts';
import { askedDeletion, askedPut, askedUpdate, type AskedWrite } from './asked-writes.ts';

/** One member of a transaction. Throws ValidationException. */
export function transactionWrite(member: TransactWriteItem, context: RequestContext): AskedWrite {
  const { Put, Update, Delete, ConditionCheck } = member;
  const given = [Put, Update, Delete, ConditionCheck].filter((action) => action !== undefined);
  if (given.length > 1)
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  if (Put !== undefined) return askedPut(Put, context);
  if (Update !== undefined) return askedUpdate(Update, context);
  if (Delete !== undefined) return askedDeletion(Delete, context);
  if (ConditionCheck !== undefined) return askedDeletion(ConditionCheck, context, true);
  throw validation('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request');
}
