import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serviceModel } from '../schema/service-model.ts';
import { structureOf } from '../schema/shape.ts';
import type { Member, Shape, StructureShape } from '../schema/shape.ts';
import { parseForm } from './query-form.ts';
import { readQuery } from './query-read.ts';

const member = (name: string, shape: Shape, traits: Member['traits'] = {}): Member => ({
  name,
  shape,
  traits,
  required: false,
});
const string: Shape = { kind: 'simple', type: 'string' };
const tag = structureOf('Tag', [member('Key', string), member('Value', string)]);
const tags: Shape = { kind: 'list', element: member('member', tag), sparse: false };
const map: Shape = { kind: 'map', key: member('key', string), value: member('value', string), sparse: false };
const request = structureOf('Request', [
  member('Name', string),
  member('Tags', tags),
  member('Flat', tags, { xmlFlattened: 1, xmlName: 'Item' }),
  member('Map', map),
  member('Nested', structureOf('Nested', [member('Count', { kind: 'simple', type: 'number' })])),
]);

/** Writes a request the way a client of the AWS query protocol does. */
function* parameters(given: Record<string, unknown>): Generator<[string, string]> {
  const {
    Name,
    Tags,
    Flat,
    Map: entries,
    Nested,
  } = given as {
    Name?: string;
    Tags?: { Key: string; Value: string }[];
    Flat?: { Key: string; Value: string }[];
    Map?: Record<string, string>;
    Nested?: { Count: number };
  };
  if (Name !== undefined) yield ['Name', Name];
  for (const [prefix, list] of [['Tags.member', Tags] as const, ['Item', Flat] as const]) {
    for (const [index, { Key, Value }] of (list ?? []).entries()) {
      yield [`${prefix}.${index + 1}.Key`, Key];
      yield [`${prefix}.${index + 1}.Value`, Value];
    }
  }
  for (const [index, [key, value]] of Object.entries(entries ?? {}).entries()) {
    yield [`Map.entry.${index + 1}.key`, key];
    yield [`Map.entry.${index + 1}.value`, value];
  }
  if (Nested !== undefined) yield ['Nested.Count', String(Nested.Count)];
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((given) => given.isWellFormed());
const tagList = fc.array(fc.record({ Key: text, Value: text }), { minLength: 1, maxLength: 12 });
const requests = fc.record(
  {
    Name: text,
    Tags: tagList,
    Flat: tagList,
    Map: fc.dictionary(text, text, { minKeys: 1, noNullPrototype: true }),
    Nested: fc.record({ Count: fc.integer() }),
  },
  { requiredKeys: [] },
);

const read = (shape: StructureShape, form: string, dialect: 'aws' | 'ec2' = 'aws'): unknown =>
  readQuery(shape, parseForm(new URLSearchParams(form)), dialect);

describe('form parameters', () => {
  test('become the request they stand for, in any order', () => {
    fc.assert(
      fc.property(requests, fc.boolean(), (given, isReversed) => {
        const pairs = [...parameters(given)];
        const form = new URLSearchParams(isReversed ? pairs.reverse() : pairs);
        expect(readQuery(request, parseForm(new URLSearchParams(form.toString())), 'aws')).toEqual(given);
      }),
    );
  });

  test('of any kind do no harm', () => {
    const part = fc.constantFrom(
      'Tags',
      'member',
      '1',
      '2',
      'Key',
      'Map',
      'entry',
      'key',
      '__proto__',
      '',
      'Nested',
    );
    const names = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (pairs) => {
        readQuery(request, parseForm(pairs), 'aws');
        expect(({} as Record<string, unknown>)['Key']).toBeUndefined();
      }),
    );
  });

  test('are ordered by number, not as they came', () => {
    expect(read(request, 'Tags.member.10.Key=j&Tags.member.9.Key=i')).toEqual({
      Tags: [{ Key: 'i' }, { Key: 'j' }],
    });
  });

  test('may leave out the wrapper of a list', () => {
    expect(read(request, 'Tags.1.Key=a')).toEqual({ Tags: [{ Key: 'a' }] });
  });

  test('take the names of SQS in its query protocol', () => {
    const send = serviceModel('sqs').operation('SendMessage')?.input;
    const form =
      'QueueUrl=u&MessageBody=b&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=s';
    expect(send && read(send, form)).toEqual({
      QueueUrl: 'u',
      MessageBody: 'b',
      MessageAttributes: { n: { DataType: 'String', StringValue: 's' } },
    });
  });

  test("take EC2's names: no wrappers, upper case", () => {
    const describeInstances = serviceModel('ec2').operation('DescribeInstances')?.input;
    const form = 'InstanceId.1=i-1&Filter.1.Name=n&Filter.1.Value.1=v&DryRun=true';
    expect(describeInstances && read(describeInstances, form, 'ec2')).toEqual({
      InstanceIds: ['i-1'],
      Filters: [{ Name: 'n', Values: ['v'] }],
      DryRun: true,
    });
  });
});
