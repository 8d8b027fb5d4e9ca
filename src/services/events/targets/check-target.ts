import type { Target } from '@aws-sdk/client-eventbridge';
import { isStandardQueue, targetService } from '../../../delivery/target-arn.ts';
import type { StoredTarget } from '../rules/stored-rule.ts';
import { isJson, templateProblem } from './input-template.ts';
import { parseJsonPath } from './json-path.ts';

/** Parameters of targets that are not built. */
const NOT_BUILT = [
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const;

/** What is wrong with a target, as a sentence; undefined when it can be kept. */
export function targetProblem(target: Target): string | undefined {
  const { Id: id = '', Arn: arn = '' } = target;
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) return `Parameter Id is not valid: ${id}.`;
  const service = targetService(arn);
  if (service === undefined) {
    return arn.startsWith('arn:')
      ? `Lambent does not implement targets such as ${arn} yet: there are functions, queues, topics, streams and event buses.`
      : `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`;
  }
  const notBuilt = NOT_BUILT.find((name) => target[name] !== undefined);
  if (notBuilt !== undefined) return `Lambent does not implement ${notBuilt} yet.`;
  if (service !== 'sqs' && target.SqsParameters !== undefined)
    return `SqsParameters are for queues only; target ${id} is none.`;
  if (service === 'sqs' && arn.endsWith('.fifo') && target.SqsParameters?.MessageGroupId === undefined)
    return `Parameter(s) SqsParameters must be specified for target: ${id}.`;
  return streamProblem(target) ?? inputProblem(target) ?? deadLetterProblem(target);
}

function streamProblem({ Id: id, Arn: arn = '', RoleArn: role, KinesisParameters: kinesis }: Target) {
  const isStream = targetService(arn) === 'kinesis';
  if (!isStream)
    return kinesis === undefined
      ? undefined
      : `KinesisParameters are for streams only; target ${id} is none.`;
  if (role === undefined) return `RoleArn is required for target ${arn}.`;
  const path = kinesis?.PartitionKeyPath;
  if (path === undefined || parseJsonPath(path) !== undefined) return undefined;
  return `Invalid PartitionKeyPath for target ${id}: ${path}.`;
}

function inputProblem(target: Target): string | undefined {
  const { Id: id, Input: input, InputPath: path, InputTransformer: transformer } = target;
  const given = [input, path, transformer].filter((one) => one !== undefined);
  // A bus is handed the event as it is.
  if (given.length > 0 && targetService(target.Arn ?? '') === 'events')
    return `Input, InputPath and InputTransformer are not available for target ${id}: it is an event bus.`;
  if (given.length > 1)
    return `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`;
  if (input !== undefined && !isJson(input)) return `JSON syntax error in input for target ${id}.`;
  if (path !== undefined && parseJsonPath(path) === undefined)
    return `Invalid InputPath for target ${id}: ${path}.`;
  if (transformer === undefined) return undefined;
  const problem = templateProblem(transformer.InputTemplate ?? '', transformer.InputPathsMap ?? {});
  return problem === undefined ? undefined : `Invalid InputTemplate for target ${id}: ${problem}.`;
}

function deadLetterProblem({ Id: id, DeadLetterConfig: deadLetters }: Target): string | undefined {
  const arn = deadLetters?.Arn;
  if (arn === undefined || isStandardQueue(arn)) return undefined;
  return `The dead-letter queue of target ${id} must be a standard queue: ${arn}.`;
}

/** Once it has no problem. */
export function storedTarget(target: Target): StoredTarget {
  return { ...target, Id: target.Id ?? '', Arn: target.Arn ?? '' };
}
