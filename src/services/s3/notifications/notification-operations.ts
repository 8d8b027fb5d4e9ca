import type {
  GetBucketNotificationConfigurationRequest,
  NotificationConfiguration,
  PutBucketNotificationConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { OperationHandler } from '../../../aws/service.ts';
import { writeSetting } from '../buckets/bucket-rows.ts';
import { admit } from '../permissions/bucket-access.ts';
import type { S3Dependencies } from '../s3-dependencies.ts';
import { readNotifications, writeNotifications } from './notification-document.ts';
import type { StoredNotifications } from './notification-rules.ts';
import { checkTargets } from './notification-targets.ts';

/** Replaces all notifications of a bucket, and sends a test to the queues and topics among the targets. */
export function putBucketNotificationConfiguration(
  deps: S3Dependencies,
): OperationHandler<PutBucketNotificationConfigurationRequest, undefined> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, 'PutBucketNotification');
    const wanted = readNotifications(input.NotificationConfiguration ?? {});
    if (input.SkipDestinationValidation !== true)
      await checkTargets(deps.notifications.targets, bucket, wanted.rules);
    const isNothing = wanted.rules.length === 0 && !wanted.toEventBridge;
    const begin = await deps.store.write(async (tx) => {
      await writeSetting(deps.store, tx, bucket.name, 'notification', () => (isNothing ? undefined : wanted));
      const { requestId } = context;
      return await deps.notifications.acceptTests(tx, bucket, wanted.rules, requestId, deps.clock.now());
    });
    begin();
    return undefined;
  };
}

export function getBucketNotificationConfiguration(
  deps: S3Dependencies,
): OperationHandler<GetBucketNotificationConfigurationRequest, NotificationConfiguration> {
  return async (input, context) => {
    const bucket = await admit(deps, input, context, 'GetBucketNotification');
    return writeNotifications(bucket.settings['notification'] as StoredNotifications | undefined);
  };
}
