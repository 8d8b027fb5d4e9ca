import { readdirSync, readFileSync } from 'node:fs';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { type Catalogue, readCatalogues } from './behaviour-catalogue.ts';

const directory = new URL('../../test/conformance/lambda/behaviours/', import.meta.url);

/** The names of all of Lambda's operations. */
export function lambdaOperations(): string[] {
  return Object.keys(serviceModel('lambda').json.operations);
}

/** The catalogues that are in the repository. */
export function readBehaviours(): Catalogue {
  const names = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  const files = names
    .toSorted()
    .map((name) => [name.replace(/\.yaml$/, ''), readFileSync(new URL(name, directory), 'utf8')] as const);
  return readCatalogues(new Map(files), lambdaOperations());
}
