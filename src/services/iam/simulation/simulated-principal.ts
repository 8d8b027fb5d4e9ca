import type { AwsPrincipal } from '../../../model/policy/principal.ts';
import { invalidInput } from '../iam-errors.ts';

const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(user|group|role|assumed-role)\/(?:.+\/)?([\w+=,.@-]+)$/;

/** Who a simulation is about. Throws InvalidInput. */
export function simulatedPrincipal(arn: string): AwsPrincipal {
  const [accountId] = parsePrincipalArn(arn);
  return { type: 'AWS', accountId, arn };
}

/** Account, kind and name. Throws InvalidInput. */
export function parsePrincipalArn(arn: string): [accountId: string, kind: string, name: string] {
  const [, accountId, kind, name] = ARN.exec(arn) ?? [];
  if (accountId === undefined || kind === undefined || name === undefined)
    throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  return [accountId, kind, name];
}
