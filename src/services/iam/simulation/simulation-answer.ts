import type { EvaluationResult, SimulatePolicyResponse } from '@aws-sdk/client-iam';
import { pageOf } from '../entities/entity-page.ts';

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** Results come in the order they were asked for: a marker remembers the place. */
export function simulationAnswer(
  results: readonly EvaluationResult[],
  input: PageInput,
): SimulatePolicyResponse {
  const placed = results.map((result, index) => ({ result, place: String(index).padStart(9, '0') }));
  const { items, ...page } = pageOf(placed, input, ({ place }) => place);
  return { EvaluationResults: items.map(({ result }) => result), ...page };
}
