import { parse, YAMLParseError } from 'yaml';

/** One thing that is documented of an operation. */
export interface DocumentedBehaviour {
  readonly sentence: string;
  /** Why it is not to be had here; its tests show that it is refused, never ignored. */
  readonly refused?: string;
}

/** What is documented of one operation: ids of behaviours. */
export interface OperationCatalogue {
  /** The resource the operation belongs to: its catalogue's file name without `.yaml`. */
  readonly resource: string;
  readonly behaviours: ReadonlyMap<string, DocumentedBehaviour>;
}

export interface Catalogue {
  readonly operations: ReadonlyMap<string, OperationCatalogue>;
  /** One sentence for each thing that is wrong with the files. */
  readonly problems: readonly string[];
}

const ID = /^[a-z][\da-z]*(?:-[\da-z]+)*$/;

/**
 * Reads the catalogues of all resources. An operation has its behaviours in one file, so that there is one place to
 * look for them; what is broken is left out and told in `problems`.
 *
 * @param files resource -> text of its YAML file
 * @param known names of the operations there are
 */
export function readCatalogues(files: ReadonlyMap<string, string>, known: readonly string[]): Catalogue {
  const operations = new Map<string, OperationCatalogue>();
  const problems: string[] = [];
  for (const [resource, text] of files) {
    const file = `${resource}.yaml`;
    for (const [operation, entries] of mapping(file, text, problems)) {
      const earlier = operations.get(operation);
      if (!known.includes(operation)) problems.push(`${file}: there is no operation ${operation}`);
      else if (earlier !== undefined) problems.push(`${file}: ${operation} is in ${earlier.resource}.yaml`);
      else {
        const behaviours = behavioursOf(`${file}: ${operation}`, entries, problems);
        operations.set(operation, { resource, behaviours });
      }
    }
  }
  return { operations, problems };
}

function mapping(file: string, text: string, problems: string[]): [string, unknown][] {
  try {
    const value: unknown = parse(text);
    if (isRecord(value)) return Object.entries(value);
    problems.push(`${file}: not a map of operations`);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    problems.push(`${file}: ${error.message.split('\n')[0] ?? ''}`);
  }
  return [];
}

function behavioursOf(where: string, entries: unknown, problems: string[]): Map<string, DocumentedBehaviour> {
  const behaviours = new Map<string, DocumentedBehaviour>();
  if (!isRecord(entries)) {
    problems.push(`${where}: not a map of ids to sentences`);
    return behaviours;
  }
  for (const [id, entry] of Object.entries(entries)) {
    const behaviour = behaviourOf(entry);
    if (!ID.test(id)) problems.push(`${where}: ${id} is not in kebab case`);
    else if (behaviour === undefined) problems.push(`${where}: ${id} is not a sentence`);
    else behaviours.set(id, behaviour);
  }
  return behaviours;
}

/** A sentence, or two: `{ documented, refused }`. */
function behaviourOf(entry: unknown): DocumentedBehaviour | undefined {
  if (isSentence(entry)) return { sentence: entry };
  if (!isRecord(entry) || Object.keys(entry).length !== 2) return undefined;
  const { documented, refused } = entry;
  return isSentence(documented) && isSentence(refused) ? { sentence: documented, refused } : undefined;
}

function isSentence(value: unknown): value is string {
  return typeof value === 'string' && value.endsWith('.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
