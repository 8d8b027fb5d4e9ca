import { compileEventPattern } from '../model/event-pattern/compile-pattern.ts';
import type { JsonValue } from '../model/event-pattern/exact-json.ts';
import { parseEventPattern } from '../model/event-pattern/parse-pattern.ts';
import type { MappingSettings } from '../model/stored-event-source-mapping.ts';

/** Whether a record goes to the function. */
export type RecordFilter = (record: JsonValue) => boolean;

/** A record passes when one of the filters has it. Undefined: everything passes. */
export function recordFilter({ FilterCriteria: criteria }: MappingSettings): RecordFilter | undefined {
  const filters = criteria?.Filters ?? [];
  if (filters.length === 0) return undefined;
  const matchers = filters.map(({ Pattern: text = '' }) => {
    const { pattern, problem } = parseEventPattern(text);
    // They were read when they were stored.
    if (pattern === undefined) throw new Error(`A stored filter cannot be read: ${problem}`);
    return compileEventPattern(pattern);
  });
  return (record) => matchers.some((matches) => matches(record));
}
