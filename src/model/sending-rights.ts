import { type DestinationSender, targetService } from './destination-target.ts';
import type { ServiceRoles } from './service-roles.ts';

/** What an execution role has to be allowed to do with where records and dead letters go, by the service in its ARN. */
const ACTIONS: Readonly<Record<string, string>> = {
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  events: 'events:PutEvents',
  s3: 's3:PutObject',
  lambda: 'lambda:InvokeFunction',
};

/**
 * Throws ServiceError `AccessDeniedException` where the function's role may not send there. Where identities are not
 * looked at every role may.
 * @param objectPrefix of the record among a bucket's keys
 */
export function checkSending(
  roles: Pick<ServiceRoles, 'check'>,
  { roleArn, accountId }: DestinationSender,
  targetArn: string,
  objectPrefix = 'aws/lambda/async',
): void {
  const service = targetService(targetArn);
  const action = ACTIONS[service];
  if (roleArn === undefined || action === undefined) return;
  const resource = service === 's3' ? `${targetArn}/${objectPrefix}/record` : targetArn;
  roles.check({ roleArn, accountId, service: 'lambda.amazonaws.com', action, resource });
}
