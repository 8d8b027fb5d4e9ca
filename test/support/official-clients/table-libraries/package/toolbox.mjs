import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  $add,
  $append,
  $remove,
  BatchPutRequest,
  BatchWriteCommand,
  ConditionCheck,
  Entity,
  executeBatchWrite,
  executeTransactWrite,
  GetItemCommand,
  item,
  list,
  map,
  number,
  PutItemCommand,
  PutTransaction,
  QueryCommand,
  ScanCommand,
  set,
  string,
  Table,
  UpdateItemCommand,
} from 'dynamodb-toolbox';

/** `node toolbox.mjs ENDPOINT TABLE`: what an application does with DynamoDB Toolbox. Prints what came of it, JSON. */
const [, , endpoint, name] = process.argv;
const client = new DynamoDBClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const table = new Table({
  name,
  documentClient: DynamoDBDocumentClient.from(client),
  partitionKey: { name: 'pk', type: 'string' },
  sortKey: { name: 'sk', type: 'string' },
  indexes: {
    gsi1: {
      type: 'global',
      partitionKey: { name: 'gsi1pk', type: 'string' },
      sortKey: { name: 'gsi1sk', type: 'string' },
    },
  },
});
const Pokemon = new Entity({
  name: 'pokemon',
  table,
  schema: item({
    pk: string().key(),
    sk: string().key(),
    level: number().default(1),
    types: set(string()),
    moves: list(string()).optional(),
    stats: map({ hp: number().optional() }).optional(),
    gsi1pk: string().optional(),
    gsi1sk: string().optional(),
  }),
});
const key = { pk: 'trainer', sk: 'pikachu' };
const types = new Set(['electric']);

await Pokemon.build(PutItemCommand)
  .item({ ...key, types, moves: ['quick attack'], stats: { hp: 35 }, gsi1pk: 'kanto', gsi1sk: '025' })
  .options({ condition: { attr: 'pk', exists: false } })
  .send();
const twice = await Pokemon.build(PutItemCommand)
  .item({ ...key, types })
  .options({ condition: { attr: 'pk', exists: false } })
  .send()
  .catch((error) => error.name);
const { Attributes: updated } = await Pokemon.build(UpdateItemCommand)
  .item({
    ...key,
    level: $add(4),
    types: $add(new Set(['mouse'])),
    moves: $append(['thunderbolt']),
    stats: { hp: $remove() },
  })
  .options({ returnValues: 'ALL_NEW', condition: { attr: 'level', gte: 1 } })
  .send();
const others = ['bulbasaur', 'charmander', 'squirtle'].map((sk, index) => {
  const place = { gsi1pk: 'kanto', gsi1sk: `00${index}` };
  return Pokemon.build(BatchPutRequest).item({ pk: 'wild', sk, types: new Set(['starter']), ...place });
});
await executeBatchWrite(table.build(BatchWriteCommand).requests(...others));
const transaction = (missing) =>
  executeTransactWrite(
    Pokemon.build(ConditionCheck).key(key).condition({ attr: 'level', eq: 5 }),
    Pokemon.build(PutTransaction)
      .item({ pk: 'wild', sk: missing, types })
      .options({ condition: { attr: 'pk', exists: false } }),
  );
await transaction('eevee');
const cancelled = await transaction('eevee').catch((error) => error.name);
const { Items: queried } = await table
  .build(QueryCommand)
  .query({ index: 'gsi1', partition: 'kanto', range: { between: ['000', '024'] } })
  .entities(Pokemon)
  .options({ reverse: true, limit: 2 })
  .send();
const { Items: scanned } = await table
  .build(ScanCommand)
  .entities(Pokemon)
  .options({ filters: { pokemon: { attr: 'types', contains: 'starter' } } })
  .send();
const { Item: read } = await Pokemon.build(GetItemCommand)
  .key(key)
  .options({ consistent: true, attributes: ['level', 'types'] })
  .send();
/** Sets have no order. */
const sorted = (values) => [...values].toSorted((a, b) => (a < b ? -1 : 1));
console.log(
  JSON.stringify({
    twice,
    updated: {
      level: updated.level,
      types: sorted(updated.types),
      moves: updated.moves,
      stats: updated.stats,
    },
    cancelled,
    queried: queried.map(({ sk }) => sk),
    scanned: sorted(scanned.map(({ sk }) => sk)),
    read: { level: read.level, types: sorted(read.types) },
  }),
);
