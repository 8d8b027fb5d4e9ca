import { RuntimeUnavailable } from './runtime-unavailable.ts';

/** What a runtime identifier asks for. `wanted` is a major of Node.js or a minor of Python 3. */
export type RuntimeRequest =
  | { readonly family: 'nodejs' | 'python'; readonly id: string; readonly wanted: number }
  | { readonly family: 'provided'; readonly id: string };

const NODE_MAJORS = [20, 22, 24];
const PYTHON_MINORS = [9, 10, 11, 12, 13, 14];
const PROVIDED = ['provided.al2', 'provided.al2023'];
/** Lambda has these; here they are still to come. */
const LATER = /^(?:java|dotnet|ruby)\d/;

const OFFER =
  'Lambent runs nodejs20.x, nodejs22.x, nodejs24.x, python3.9 to python3.14, provided.al2 and provided.al2023.';

/** Reads a runtime identifier. Throws RuntimeUnavailable for those nobody here can run. */
export function parseRuntimeId(id: string): RuntimeRequest {
  if (PROVIDED.includes(id)) return { family: 'provided', id };
  const node = numberIn(/^nodejs(\d+)\.x$/, id);
  if (node !== undefined && NODE_MAJORS.includes(node)) return { family: 'nodejs', id, wanted: node };
  const python = numberIn(/^python3\.(\d+)$/, id);
  if (python !== undefined && PYTHON_MINORS.includes(python)) return { family: 'python', id, wanted: python };
  const problem = LATER.test(id) ? `The runtime ${id} is not there yet` : `There is no runtime ${id}`;
  throw new RuntimeUnavailable(id, `${problem}. ${OFFER}`);
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
