import type { IamAccount } from '../entities/entity-rows.ts';
import { noSuchEntity } from '../iam-errors.ts';
import { awsManagedPolicy } from '../policies/aws-managed-policies.ts';
import { parsePolicyArn } from '../policies/find-policy.ts';

/** Throws NoSuchEntity when there is no managed policy of this ARN for the account to attach or to be bounded by. */
export async function requireAttachable(account: IamAccount, arn: string): Promise<void> {
  const [owner, name] = parsePolicyArn(arn);
  const found =
    owner === 'aws'
      ? awsManagedPolicy(arn)
      : owner === account.accountId
        ? await account.find('policy', name)
        : undefined;
  if (found?.arn !== arn) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}
