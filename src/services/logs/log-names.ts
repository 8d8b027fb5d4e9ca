import type { Caller } from '../../model/function-reference.ts';
import { groupNotFound, invalidParameter } from './log-errors.ts';

/** One log group of one account in one Region. */
export interface GroupName extends Caller {
  readonly name: string;
}

/** Without the `:*` that policies and some answers carry. */
export function groupArn(group: GroupName): string {
  return `arn:${partitionOf(group.region)}:logs:${group.region}:${group.accountId}:log-group:${group.name}`;
}

export function streamArn(group: GroupName, stream: string): string {
  return `${groupArn(group)}:log-stream:${stream}`;
}

/** How requests name a group: by one of two members. */
export interface GroupParameters {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The group a request is about. @throws ServiceError */
export function groupOf(input: GroupParameters, caller: Caller): GroupName {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  if (logGroupName !== undefined) return named(logGroupName, caller);
  if (logGroupIdentifier === undefined) {
    throw invalidParameter('Either LogGroup name or LogGroup identifier must be specified.');
  }
  return groupFromIdentifier(logGroupIdentifier, caller);
}

/** Reads a name or an ARN, with or without `:*`. @throws ServiceError ResourceNotFoundException for foreign groups */
export function groupFromIdentifier(identifier: string, caller: Caller): GroupName {
  if (!identifier.startsWith('arn:')) return named(identifier, caller);
  const found = /^arn:[\w-]+:logs:([\w-]+):(\d{12}):log-group:([^:*]+)(?::\*)?$/.exec(identifier);
  const [, region, accountId, name] = found ?? [];
  if (name === undefined)
    throw invalidParameter(`The specified log group identifier is invalid: ${identifier}`);
  // Another account's groups exist for those whom a policy lets in: nobody yet.
  if (region !== caller.region || accountId !== caller.accountId) throw groupNotFound();
  return named(name, caller);
}

function named(name: string, caller: Caller): GroupName {
  return { accountId: caller.accountId, region: caller.region, name };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
