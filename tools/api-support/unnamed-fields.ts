import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { CodeGraph } from './code-graph.ts';
import { inputFields, operationNames } from './operation-fields.ts';
import { type Registration, registrationsIn } from './registrations.ts';

/** Folders of src/services by their models; Lambda has a table of its own, which says more. */
export const FOLDERS = {
  'application-auto-scaling': 'application-autoscaling',
  'cloudwatch-logs': 'logs',
  dynamodb: 'dynamodb',
  'dynamodb-streams': 'dynamodb',
  eventbridge: 'events',
  iam: 'iam',
  kinesis: 'kinesis',
  s3: 's3',
  scheduler: 'scheduler',
  sns: 'sns',
  sqs: 'sqs',
  sts: 'sts',
  xray: 'xray',
} as const;

const graph = new CodeGraph();

export type OtherService = keyof typeof FOLDERS;
export const OTHER_SERVICES = Object.keys(FOLDERS) as OtherService[];

/** By service and `Operation.Field` (`*.Field` for all operations), why the field has no effect of its own. */
export type FieldReasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** @param file which the code of the service never names, or which it only keeps and returns */
export function readReasons(file: 'unnamed-fields.yaml' | 'kept-fields.yaml'): FieldReasons {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return z.partialRecord(z.enum(OTHER_SERVICES), z.record(z.string(), z.string())).parse(parse(text));
}

/**
 * `Operation.Field` of every input field that an operation's code never names: what answers the operation, and all that
 * stands on.
 */
export function unnamedIn(service: OtherService): string[] {
  const folder = new URL(`../../src/services/${FOLDERS[service]}/`, import.meta.url);
  const registrations = registrationsIn(folder);
  const model = serviceModel(service);
  return operationNames(model).flatMap((operation) => {
    const registration = registrations.get(operation);
    if (registration === undefined) return [];
    const words = wordsBehind(registration);
    return inputFields(model, operation)
      .filter(({ path }) => !words.has(path.split('.').at(-1) ?? ''))
      .map(({ path }) => `${operation}.${path}`);
  });
}

/** `Operation.Field` of every input field of a service. */
export function fieldsOf(service: OtherService): ReadonlySet<string> {
  const model = serviceModel(service);
  const all = operationNames(model).flatMap((operation) =>
    inputFields(model, operation).map(({ path }) => `${operation}.${path}`),
  );
  return new Set(all);
}

/** Whether a declared field is this one, or holds it. */
export function covers(declared: string, field: string): boolean {
  const ofAll = declared.startsWith('*.') ? field.replace(/^\w+/, '*') : field;
  return ofAll === declared || ofAll.startsWith(`${declared}.`);
}

/** Of an operation: what its registration names, and what that stands on; what it names within a function is all of that. */
function wordsBehind({ file, expression, within }: Registration): ReadonlySet<string> {
  const named = expression.match(/\w+/g) ?? [];
  const known = named.filter((name) => graph.knows(file, name));
  const roots = known.length === 0 ? [within] : known;
  return new Set([...named, ...roots.flatMap((name) => [...graph.wordsFrom(file, name)])]);
}
