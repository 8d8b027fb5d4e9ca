import type { DestinationConfig } from '@aws-sdk/client-lambda';
import type { Kysely } from 'kysely';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { findVersion } from '../versions/find-version.ts';
import type { ConfiguredReference } from './event-invoke-config-rows.ts';

/** Services a record can go to once they are built, by their name in an ARN. */
const UNBUILT: Readonly<Record<string, string>> = {
  sqs: 'Amazon SQS',
  sns: 'Amazon SNS',
  events: 'Amazon EventBridge',
  s3: 'Amazon S3',
};

/**
 * Checks where records shall go. Throws 400 for what AWS refuses, then for destinations that Lambent cannot deliver to
 * yet: a destination that is accepted gets its records.
 */
export async function checkDestinations(
  db: Kysely<Database>,
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
  refuseUnbuilt('OnSuccess', onSuccess);
  refuseUnbuilt('OnFailure', onFailure);
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

function refuseUnbuilt(member: 'OnSuccess' | 'OnFailure', arn: string): void {
  const service = UNBUILT[serviceOf(arn)];
  if (service !== undefined) {
    throw notImplementedYet(`DestinationConfig.${member}.Destination: ${service} as a destination`);
  }
}

/** As AWS prints it: a Java value. */
function printed(type: 'OnSuccess' | 'OnFailure', arn: string): string {
  return arn === '' ? 'null' : `${type}(destination=${arn})`;
}
