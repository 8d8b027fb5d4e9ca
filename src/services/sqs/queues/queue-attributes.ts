import { absentKey } from '../../../model/policy/absent-keys.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { listOf, PolicyError } from '../../../model/policy/policy-document.ts';
import {
  invalidAttributeValue,
  invalidParameterValue,
  unknownAttribute,
  unsupported,
} from '../sqs-errors.ts';
import { isFifoName, type QueueName } from './queue-name.ts';
import { checkRedriveAllowPolicy, checkRedrivePolicy } from './redrive-policies.ts';
import { DEFAULTS, FIFO_DEFAULTS, type QueueAttributes } from './stored-queue.ts';

/** Attributes that are whole numbers, with their bounds. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  SqsManagedSseEnabled: ['true', 'false'],
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

/** Encryption with keys of the customer's own is not there yet. */
const UNBUILT = new Set(['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds']);
/** An empty text takes these away. */
const REMOVABLE = new Set(['Policy', 'RedrivePolicy', 'RedriveAllowPolicy']);

const WHOLE_NUMBER = /^\d{1,9}$/;
const MOST_STATEMENTS = 20;

/**
 * Checks attributes a caller sets.
 * @returns what is to be set; undefined values are to be taken away
 */
export function checkAttributes(
  given: Readonly<Record<string, string | undefined>>,
  queue: QueueName,
): Record<string, string | undefined> {
  const checked: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (UNBUILT.has(name)) {
      if (value !== '') throw unsupported(`Lambent does not implement the attribute ${name} yet.`);
      continue;
    }
    checked[name] = REMOVABLE.has(name) && value === '' ? undefined : checkAttribute(name, value, queue);
  }
  return checked;
}

function checkAttribute(name: string, value: string, queue: QueueName): string {
  const isFifo = isFifoName(queue.name);
  const range = RANGES[name];
  if (range !== undefined) {
    const isFine = WHOLE_NUMBER.test(value) && Number(value) >= range[0] && Number(value) <= range[1];
    if (!isFine) throw invalidAttributeValue(name);
    return String(Number(value));
  }
  const choices = CHOICES[name];
  if (choices !== undefined) {
    if (Object.hasOwn(FIFO_DEFAULTS, name) && !isFifo) throw unknownAttribute(name);
    const choice = choices.find((each) => each.toLowerCase() === value.toLowerCase());
    if (choice === undefined) throw invalidAttributeValue(name);
    return choice;
  }
  if (name === 'FifoQueue') return checkFifo(value, isFifo);
  if (name === 'RedrivePolicy') checkRedrivePolicy(value, queue);
  else if (name === 'RedriveAllowPolicy') checkRedriveAllowPolicy(value);
  else if (name === 'Policy') checkPolicy(value);
  else throw unknownAttribute(name);
  return value;
}

function checkFifo(value: string, isFifo: boolean): string {
  if (!isFifo) throw unknownAttribute('FifoQueue');
  if (value !== 'true') throw invalidAttributeValue('FifoQueue', 'Modifying queue type is not supported.');
  return value;
}

/** Throws for a policy that is none, or names principals or conditions that mean nothing. */
export function checkPolicy(text: string): void {
  try {
    const document = parsePolicy(text, 'resource');
    const count = listOf(document.Statement).length;
    if (count > MOST_STATEMENTS) {
      throw invalidParameterValue(
        `${count} statements were found in the submitted policy, max allowed is ${MOST_STATEMENTS}`,
      );
    }
    compilePolicy(document);
    const absent = absentKey(document);
    if (absent !== undefined)
      throw unsupported(`Lambent does not implement the condition key ${absent} yet.`);
  } catch (error) {
    if (error instanceof PolicyError) throw invalidAttributeValue('Policy');
    throw error;
  }
}

/** Throws where two attributes do not go together. */
export function checkTogether(attributes: QueueAttributes): void {
  const { FifoThroughputLimit: limit, DeduplicationScope: scope } = attributes;
  if (limit === 'perMessageGroupId' && scope !== 'messageGroup') {
    throw invalidAttributeValue(
      'FifoThroughputLimit',
      'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
    );
  }
}

/** What is set after a change, as it is kept. */
export function merged(
  before: QueueAttributes,
  changes: Readonly<Record<string, string | undefined>>,
): QueueAttributes {
  const after: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete after[name];
    else after[name] = value;
  }
  return after;
}

/** Set attributes and the defaults of the others. */
export function withDefaults(attributes: QueueAttributes, isFifo: boolean): QueueAttributes {
  return { ...DEFAULTS, ...(isFifo && FIFO_DEFAULTS), ...attributes, ...(isFifo && { FifoQueue: 'true' }) };
}

/** The first attribute that a request to create a queue gives another value than the queue with that name has. */
export function firstDifference(
  given: Readonly<Record<string, string | undefined>>,
  existing: QueueAttributes,
): string | undefined {
  return Object.keys(given).find((name) => given[name] !== existing[name]);
}
