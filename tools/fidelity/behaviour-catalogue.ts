import { parse, YAMLParseError } from 'yaml';

/** What is documented of one operation: ids of behaviours, each with a sentence. */
export interface OperationCatalogue {
  /** The resource the operation belongs to: its catalogue's file name without `.yaml`. */
  readonly resource: string;
  readonly behaviours: ReadonlyMap<string, string>;
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

function behavioursOf(where: string, entries: unknown, problems: string[]): Map<string, string> {
  const behaviours = new Map<string, string>();
  if (!isRecord(entries)) {
    problems.push(`${where}: not a map of ids to sentences`);
    return behaviours;
  }
  for (const [id, sentence] of Object.entries(entries)) {
    if (!ID.test(id)) problems.push(`${where}: ${id} is not in kebab case`);
    else if (typeof sentence !== 'string' || !sentence.endsWith('.')) {
      problems.push(`${where}: ${id} is not a sentence`);
    } else behaviours.set(id, sentence);
  }
  return behaviours;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
