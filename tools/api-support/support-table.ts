import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const request = z.record(z.string(), z.unknown());

/** A value that is sent in an otherwise good request, and has to be refused. */
const sample = z.strictObject({
  value: z.unknown(),
  /** What else the request then has (null: has not). */
  with: request.optional(),
  /** What the refusal must name; else the field. */
  names: z.string().optional(),
  /** The value that asks for nothing, and is taken. */
  accepts: z.string().optional(),
  /** The field to use. */
  instead: z.string().optional(),
});

const limit = z.strictObject({
  value: z.unknown().optional(),
  with: request.optional(),
  names: z.string().optional(),
  /** What is refused, where the value does not say. */
  says: z.string().optional(),
  /** A test that proves the refusal, in place of a value. */
  proof: z.string().optional(),
});

const support = z.strictObject({
  /** A good request; `$` values are filled in by the test. */
  request: request.optional(),
  /** Operations that have to succeed before the request is good. */
  prepare: z.record(z.string(), request).optional(),
  /** Fields with effect, proven by the operation's own test file. */
  works: z.array(z.string()).default([]),
  /** Fields with effect, by the test file that proves it. */
  proven: z.record(z.string(), z.array(z.string())).default({}),
  /** Kept and returned: nothing else is their meaning. */
  descriptive: z.array(z.string()).default([]),
  /** Refused; covers every field below. */
  refused: z.record(z.string(), sample).default({}),
  /** Values that are refused of fields that work otherwise. */
  limits: z.record(z.string(), limit).default({}),
  /** The operation is refused whatever is asked. */
  'refused-whole': z.strictObject({ because: z.string(), names: z.string() }).optional(),
  /** Why there is nothing the operation could find. */
  'nothing-there': z.string().optional(),
  /** Fields that choose from what is not there. */
  idle: z.array(z.string()).default([]),
});

export type OperationSupport = z.infer<typeof support>;
export type Sample = z.infer<typeof sample>;

/** What is declared of a service's operations, by resource (the folder of the service's code) and operation. */
export type SupportTable = ReadonlyMap<string, Readonly<Record<string, OperationSupport>>>;

const directory = new URL('../../test/conformance/lambda/support/', import.meta.url);

export function readSupportTable(): SupportTable {
  const files = readdirSync(directory).toSorted();
  return new Map(
    files.map((file) => {
      const content: unknown = parse(readFileSync(new URL(file, directory), 'utf8'));
      return [file.replace('.yaml', ''), z.record(z.string(), support).parse(content)];
    }),
  );
}

/** All resources in one. */
export function supportByOperation(table: SupportTable): ReadonlyMap<string, OperationSupport> {
  return new Map([...table.values()].flatMap((operations) => Object.entries(operations)));
}
