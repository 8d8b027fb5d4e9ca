import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda';
import type { Kysely } from 'kysely';
import type { DestinationSender } from '../../../model/destination-target.ts';
import type { StoredEventInvokeConfig } from '../../../model/event-invoke-config.ts';
import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';
import type { Database } from '../../../store/schema.ts';
import { askedArn } from '../functions/function-rows.ts';
import { findVersion } from '../versions/find-version.ts';
import type { ConfiguredReference } from './event-invoke-config-rows.ts';

type Settings = Pick<
  PutFunctionEventInvokeConfigRequest,
  'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'DestinationConfig'
>;

/** Throws 400 when a request sets nothing. */
export function requireSetting(input: Settings): void {
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  const given = [input.MaximumRetryAttempts, input.MaximumEventAgeInSeconds, OnSuccess, OnFailure];
  if (given.some((value) => value !== undefined)) return;
  throw invalidParameterValue('You must specify at least one of error handling or destination setting.');
}

/** @returns who sends the records. Throws 404 when there is no such function, version or alias. */
export async function requireConfigurable(
  db: Kysely<Database>,
  reference: ConfiguredReference,
): Promise<DestinationSender> {
  const found = await findVersion(db, reference);
  if (found === undefined) throw resourceNotFound("The function doesn't exist.");
  return { accountId: reference.accountId, roleArn: found.record.current.role };
}

export function noConfig(reference: ConfiguredReference): Error {
  return resourceNotFound(`The function ${askedArn(reference)} doesn't have an EventInvokeConfig`);
}

/** What a request sets, on top of what there is. An empty destination takes the one there is away. */
export function withSettings(
  before: Omit<StoredEventInvokeConfig, 'lastModifiedMs'>,
  input: Settings,
  nowMs: number,
): StoredEventInvokeConfig {
  const retries = input.MaximumRetryAttempts ?? before.maximumRetryAttempts;
  const ageSeconds = input.MaximumEventAgeInSeconds ?? before.maximumEventAgeSeconds;
  const { DestinationConfig: given } = input;
  const onSuccess = given === undefined ? before.onSuccess : given.OnSuccess?.Destination;
  const onFailure = given === undefined ? before.onFailure : given.OnFailure?.Destination;
  return {
    ...(retries !== undefined && { maximumRetryAttempts: retries }),
    ...(ageSeconds !== undefined && { maximumEventAgeSeconds: ageSeconds }),
    ...(onSuccess !== undefined && onSuccess !== '' && { onSuccess }),
    ...(onFailure !== undefined && onFailure !== '' && { onFailure }),
    lastModifiedMs: nowMs,
  };
}

/** As the API shows it. Both destinations are always there, empty when nothing is set. */
export function shownConfig(
  reference: ConfiguredReference,
  config: StoredEventInvokeConfig,
): FunctionEventInvokeConfig {
  const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure, lastModifiedMs } = config;
  return {
    LastModified: new Date(lastModifiedMs),
    FunctionArn: askedArn(reference),
    ...(maximumRetryAttempts !== undefined && { MaximumRetryAttempts: maximumRetryAttempts }),
    ...(maximumEventAgeSeconds !== undefined && { MaximumEventAgeInSeconds: maximumEventAgeSeconds }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}
