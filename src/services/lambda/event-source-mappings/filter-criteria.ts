import { parseEventPattern } from '../../../model/event-pattern/parse-pattern.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { EventSourceKind } from '../../../model/stored-event-source-mapping.ts';
import type { MappingRequest } from './event-source.ts';

/** The account's quota as AWS sets it. */
const FILTER_LIMIT = 5;

/** Records of these always hold JSON in this member, so a pattern cannot ask for a plain value there. */
const JSON_MEMBERS: Readonly<Partial<Record<EventSourceKind, string>>> = {
  kinesis: 'data',
  dynamodb: 'dynamodb',
};

/** Throws InvalidParameterValueException unless every filter's pattern is good for the source. */
export function checkFilterCriteria(kind: EventSourceKind, criteria: MappingRequest['FilterCriteria']): void {
  const filters = criteria?.Filters ?? [];
  if (filters.length > FILTER_LIMIT) {
    throw invalidParameterValue(`An event source mapping can have at most ${FILTER_LIMIT} filters.`);
  }
  for (const { Pattern: text } of filters) {
    const { pattern } = parseEventPattern(text ?? '');
    const isPlain = pattern?.fields.some((field) => field.name === JSON_MEMBERS[kind] && 'anyOf' in field);
    if (pattern === undefined || isPlain === true) {
      throw invalidParameterValue('Invalid filter pattern definition.');
    }
  }
}
