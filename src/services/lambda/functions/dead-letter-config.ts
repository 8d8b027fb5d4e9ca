import type { DeadLetterConfig } from '@aws-sdk/client-lambda';
import { type DestinationSender, targetService } from '../../../model/destination-target.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

/**
 * Checks where a function's failed events shall go. Throws 400 for a target that takes none of them.
 * @returns its ARN; undefined for none
 */
export async function checkDeadLetterTarget(
  { targets }: Pick<LambdaDependencies, 'targets'>,
  sender: DestinationSender,
  config: DeadLetterConfig | undefined,
): Promise<string | undefined> {
  const { TargetArn: arn } = config ?? {};
  if (arn === undefined || arn === '') return undefined;
  const service = targetService(arn);
  if (service !== 'sqs' && service !== 'sns') {
    throw invalidParameterValue(
      'The provided value for TargetArn is invalid: only Amazon SQS queues and Amazon SNS topics are supported.',
    );
  }
  const target = targets[service];
  const state = await target?.check(arn, sender);
  if (state === 'ready') return arn;
  if (state === 'unfit')
    throw invalidParameterValue(`The dead letter target ${arn} is of type FIFO, which is not supported.`);
  const [action, name] = service === 'sqs' ? ['SendMessage', 'SQS'] : ['Publish', 'SNS'];
  throw invalidParameterValue(
    `The provided execution role does not have permissions to call ${action} on ${name}`,
  );
}
