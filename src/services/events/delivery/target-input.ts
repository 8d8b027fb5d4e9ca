import { eventTime, type PlatformEvent } from '../publishing/platform-event.ts';
import { fillTemplate } from '../targets/input-template.ts';
import { parseJsonPath, valueAt } from '../targets/json-path.ts';
import type { TargetDelivery } from './target-delivery.ts';

/** What the target is sent: the event, a part of it, something made from it, or what the target always gets. */
export function inputOf({ target, event, ruleArn, ruleName }: TargetDelivery, ingestedAtMs: number): string {
  const { Input: constant, InputPath: path, InputTransformer: transformer } = target;
  if (constant !== undefined) return constant;
  if (path !== undefined)
    return JSON.stringify(valueAt(JSON.parse(event), parseJsonPath(path) ?? []) ?? null);
  if (transformer === undefined) return event;
  return fillTemplate(transformer.InputTemplate ?? '', transformer.InputPathsMap ?? {}, {
    ruleArn,
    ruleName,
    ingestionTime: eventTime(ingestedAtMs),
    event,
  });
}

/** What PutRecord takes. */
const LONGEST_KEY = 256;

/** Of a record for a stream: what the target's path leads to in the event, else the event's id. */
export function partitionKeyOf({ target, event }: TargetDelivery): string {
  const content = JSON.parse(event) as PlatformEvent;
  const path = parseJsonPath(target.KinesisParameters?.PartitionKeyPath ?? '$.id') ?? [];
  const found = valueAt(content, path) ?? content.id;
  const key = typeof found === 'string' ? found : JSON.stringify(found);
  return key === '' ? content.id : key.slice(0, LONGEST_KEY);
}
