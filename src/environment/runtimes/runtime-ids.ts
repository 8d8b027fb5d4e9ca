import { RuntimeUnavailable } from './runtime-unavailable.ts';

/** What a runtime identifier asks for. */
export interface RuntimeRequest {
  readonly family: 'nodejs' | 'python' | 'ruby' | 'java' | 'dotnet' | 'provided';
  /** A major of Node.js, Java or .NET, a minor of Python 3, a Ruby such as 304 for 3.4; 0 for custom runtimes. */
  readonly release: number;
}

/** The runtimes Lambent can run where their interpreter is there; the order is that of lists. */
const REQUESTS: ReadonlyMap<string, RuntimeRequest> = new Map([
  ...[20, 22, 24, 26].map((release) => entry(`nodejs${release}.x`, 'nodejs', release)),
  ...[9, 10, 11, 12, 13, 14].map((release) => entry(`python3.${release}`, 'python', release)),
  ...[302, 303, 304, 400].map((release) => entry(`ruby${rubySpelling(release)}`, 'ruby', release)),
  entry('java8.al2', 'java', 8),
  ...[8, 11, 17].map((release) => entry(`java${release}.al2023`, 'java', release)),
  ...[11, 17, 21, 25].map((release) => entry(`java${release}`, 'java', release)),
  ...[8, 10].map((release) => entry(`dotnet${release}`, 'dotnet', release)),
  entry('provided.al2', 'provided', 0),
  entry('provided.al2023', 'provided', 0),
]);

export const RUNTIME_IDS: readonly string[] = [...REQUESTS.keys()];

const OFFER =
  'Lambent runs nodejs, python, ruby, java and dotnet runtimes, provided.al2 and provided.al2023.';

/** Reads a runtime identifier. Throws RuntimeUnavailable for those nobody here can run. */
export function parseRuntimeId(id: string): RuntimeRequest {
  const request = REQUESTS.get(id);
  if (request !== undefined) return request;
  throw new RuntimeUnavailable(id, `There is no runtime ${id}${meantBy(id)}.`, OFFER);
}

/** Where just one goes on as this one begins, whatever its case. */
function meantBy(id: string): string {
  const [meant, ...others] = RUNTIME_IDS.filter((known) => known.startsWith(id.toLowerCase()));
  return meant === undefined || others.length > 0 ? '' : ` (${meant} perhaps?)`;
}

/** 304 is `3.4`. */
export function rubySpelling(release: number): string {
  return `${Math.floor(release / 100)}.${release % 100}`;
}

function entry(
  id: string,
  family: RuntimeRequest['family'],
  release: number,
): readonly [string, RuntimeRequest] {
  return [id, { family, release }];
}
