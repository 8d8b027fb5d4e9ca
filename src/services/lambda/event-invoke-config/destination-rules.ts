import type { DestinationConfig } from '@aws-sdk/client-lambda';
import type { Kysely } from 'kysely';
import type { DestinationSender, DestinationTargets } from '../../../model/destination-target.ts';
import { invalidParameterValue, notImplementedYet } from '../../../model/lambda-errors.ts';
import { checkSending } from '../../../model/sending-rights.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { ServiceRoles } from '../../../model/service-roles.ts';
import { functionArn } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findVersion } from '../versions/find-version.ts';
import type { ConfiguredReference } from './event-invoke-config-rows.ts';

/** What is configured, and who sends its records. */
type Sender = ConfiguredReference & DestinationSender;

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
  deps: Pick<LambdaDependencies, 'targets' | 'sources'>,
  reference: Sender,
  config: DestinationConfig | undefined,
): Promise<void> {
  const onSuccess = config?.OnSuccess?.Destination ?? '';
  const onFailure = config?.OnFailure?.Destination ?? '';
  // Failures of Lambda's own kind first, as AWS looks at them.
  for (const arn of [onFailure, onSuccess]) {
    if (serviceOf(arn) === 'lambda') await checkFunction(db, deps.sources.roles, reference, arn);
  }
  const takesSuccess = ['', 'lambda', 'sqs', 'sns', 'events'].includes(serviceOf(onSuccess));
  const takesFailure = ['', 'lambda', 'sqs', 'sns', 'events', 's3'].includes(serviceOf(onFailure));
  if (!takesSuccess || !takesFailure) {
    throw invalidParameterValue(
      `The provided destination config DestinationConfig(onSuccess=${printed('OnSuccess', onSuccess)}, ` +
        `onFailure=${printed('OnFailure', onFailure)}) is invalid.`,
    );
  }
  await checkTarget(deps.targets, reference, 'OnSuccess', onSuccess);
  await checkTarget(deps.targets, reference, 'OnFailure', onFailure);
}

/** Empty for no destination; anything that is no ARN counts as a service nobody knows. */
function serviceOf(arn: string): string {
  return arn === '' ? '' : (arn.split(':')[2] ?? arn);
}

async function checkFunction(
  db: Kysely<Database>,
  roles: ServiceRoles,
  reference: Sender,
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
  try {
    checkSending(roles, reference, arn);
  } catch (error) {
    if (error instanceof ServiceError) throw forbidden('InvokeFunction', arn);
    throw error;
  }
}

function forbidden(action: string, arn: string): Error {
  return invalidParameterValue(
    `The function's execution role does not have permissions to call ${action} on ${arn}`,
  );
}

async function checkTarget(
  targets: DestinationTargets,
  sender: Sender,
  member: 'OnSuccess' | 'OnFailure',
  arn: string,
): Promise<void> {
  const service = SERVICES[serviceOf(arn)];
  if (service === undefined) return;
  const target = targets[serviceOf(arn)];
  if (target === undefined) {
    throw notImplementedYet(`DestinationConfig.${member}.Destination: ${service.name} as a destination`);
  }
  const state = await target.check(arn, sender);
  if (state === 'ready') return;
  if (state === 'forbidden') throw forbidden(service.action, arn);
  throw invalidParameterValue(`The destination ARN ${arn} is invalid.`);
}

/** As AWS prints it: a Java value. */
function printed(type: 'OnSuccess' | 'OnFailure', arn: string): string {
  return arn === '' ? 'null' : `${type}(destination=${arn})`;
}
