import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { inputFields, operationNames } from './operation-fields.ts';

/** Folders of src/services by their models; Lambda has a table of its own, which says more. */
const FOLDERS = {
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
} as const;

export type OtherService = keyof typeof FOLDERS;
export const OTHER_SERVICES = Object.keys(FOLDERS) as OtherService[];

/** By service and `Operation.Field` (`*.Field` for all operations), why its code need not know the field. */
export type UnnamedFields = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function readUnnamedFields(): UnnamedFields {
  const text = readFileSync(new URL('unnamed-fields.yaml', import.meta.url), 'utf8');
  return z.partialRecord(z.enum(OTHER_SERVICES), z.record(z.string(), z.string())).parse(parse(text));
}

/** `Operation.Field` of every input field that the service's code never names, of operations that it does. */
export function unnamedIn(service: OtherService): string[] {
  const words = wordsOf(FOLDERS[service]);
  const model = serviceModel(service);
  return operationNames(model)
    .filter((operation) => words.has(operation))
    .flatMap((operation) =>
      inputFields(model, operation)
        .filter(({ path }) => !words.has(path.split('.').at(-1) ?? ''))
        .map(({ path }) => `${operation}.${path}`),
    );
}

/** Whether a declared field is this one, or holds it. */
export function covers(declared: string, field: string): boolean {
  const ofAll = declared.startsWith('*.') ? field.replace(/^\w+/, '*') : field;
  return ofAll === declared || ofAll.startsWith(`${declared}.`);
}

function wordsOf(folder: string): ReadonlySet<string> {
  const root = new URL(`../../src/services/${folder}/`, import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return new Set(sources.flatMap((file) => codeOf(readFileSync(new URL(file, root), 'utf8'))));
}

/** Words outside of comments. */
function codeOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return code.match(/\w+/g) ?? [];
}
