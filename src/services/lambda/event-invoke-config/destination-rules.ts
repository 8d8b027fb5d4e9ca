import type { DestinationConfig } from '@aws-sdk/client-lambda';
import type { Kysely } from 'kysely';
import type { DestinationTargets } from '../../../model/destination-target.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { findVersion } from '../versions/find-version.ts';
import type { ConfiguredReference } from './event-invoke-config-rows.ts';

/** Services a record can go to, by their name in an ARN, with what Lambda does there. */
const SERVICES: Readonly<Record<string, { readonly name: string; readonly action: string }>> = {
  sqs: { name: 'Amazon SQS', action: 'SendMessage' },
  sns: { name: 'Amazon SNS', action: 'Publish' },
  events: { name: 'Amazon EventBridge', action: 'PutEvents' },
  s3: { name: 'Amazon S3', action: 'PutObject' },
};

/**
 * Checks where records shall go. Throws 400 for what AWS refuses, then for destinations that Lambent cannot deliver to
 * yet: a destination that is accepted gets its records.
 */
export async function checkDestinations(
  db: Kysely<Database>,
  targets: DestinationTargets,
  reference: ConfiguredReference,
  config: DestinationConfig | undefined,
): Promise<void> {
  const onSuccess = config?.OnSuccess?.Destination ?? '';
  const onFailure = config?.OnFailure?.Destination ?? '';
  // Failures of Lambda's own kind first, as AWS looks at them.
  for (const arn of [onFailure, onSuccess]) {
    if (serviceOf(arn) === 'lambda') await checkFunction(db, reference, arn);
  }
  const takesSuccess = ['', 'lambda', 'sqs', 'sns', 'events'].includes(serviceOf(onSuccess));
  const takesFailure = ['', 'lambda', 'sqs', 'sns', 'events', 's3'].includes(serviceOf(onFailure));
  if (!takesSuccess || !takesFailure) {
    throw invalidParameterValue(
      `The provided destination config DestinationConfig(onSuccess=${printed('OnSuccess', onSuccess)}, ` +
        `onFailure=${printed('OnFailure', onFailure)}) is invalid.`,
    );
  }
  await checkTarget(targets, reference, 'OnSuccess', onSuccess);
  await checkTarget(targets, reference, 'OnFailure', onFailure);
}

/** Empty for no destination; anything that is no ARN counts as a service nobody knows. */
function serviceOf(arn: string): string {
  return arn === '' ? '' : (arn.split(':')[2] ?? arn);
}

async function checkFunction(
  db: Kysely<Database>,
  reference: ConfiguredReference,
  arn: string,
): Promise<void> {
  const { accountId, region, name } = reference;
  const parts = arn.split(':');
  const named = parts[6] ?? '';
  const isHere = parts.slice(0, 7).join(':') === functionArn(accountId, region, named) && parts.length <= 8;
  const target = { accountId, region, name: named, qualifier: parts[7] };
  if (!isHere || (await findVersion(db, target)) === undefined) {
    throw invalidParameterValue(`The destination ARN ${arn} is invalid.`);
  }
  if (named === name) {
    throw invalidParameterValue("You can't specify the function as a destination for itself.");
  }
}

async function checkTarget(
  targets: DestinationTargets,
  { accountId }: ConfiguredReference,
  member: 'OnSuccess' | 'OnFailure',
  arn: string,
): Promise<void> {
  const service = SERVICES[serviceOf(arn)];
  if (service === undefined) return;
  const target = targets[serviceOf(arn)];
  if (target === undefined) {
    throw notImplementedYet(`DestinationConfig.${member}.Destination: ${service.name} as a destination`);
  }
  const state = await target.check(arn, accountId);
  if (state === 'ready') return;
  throw invalidParameterValue(
    state === 'forbidden'
      ? `The function's execution role does not have permissions to call ${service.action} on ${arn}`
      : `The destination ARN ${arn} is invalid.`,
  );
}

/** As AWS prints it: a Java value. */
function printed(type: 'OnSuccess' | 'OnFailure', arn: string): string {
  return arn === '' ? 'null' : `${type}(destination=${arn})`;
}
