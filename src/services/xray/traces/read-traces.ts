import { type Place, segmentsOf } from '../segments/segment-rows.ts';
import { RETENTION_MS } from '../segments/segment-sweep.ts';
import type { XrayDependencies } from '../xray-dependencies.ts';
import { type WholeTrace, wholeTrace } from './whole-trace.ts';

/** Those of the traces that anything is known of, what was just sent included. */
export async function readTraces(
  { store, clock, journal }: XrayDependencies,
  place: Place,
  traceIds: readonly string[],
): Promise<WholeTrace[]> {
  await journal.settled();
  const cutoffMs = clock.now() - RETENTION_MS;
  const documents = new Map<string, string[]>();
  for (const row of await segmentsOf(store.db, place, traceIds)) {
    if (row.received_at_ms < cutoffMs) continue;
    const known = documents.get(row.trace_id);
    if (known === undefined) documents.set(row.trace_id, [row.document]);
    else known.push(row.document);
  }
  return traceIds.flatMap((id) => {
    const found = documents.get(id);
    return found === undefined ? [] : [wholeTrace(id, found)];
  });
}
