import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Entity, Service } from 'electrodb';

/** `node electro.mjs ENDPOINT TABLE`: what an application does with ElectroDB. Prints what came of it, JSON. */
const [, , endpoint, table] = process.argv;
const client = new DynamoDBClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const Task = new Entity(
  {
    model: { entity: 'task', version: '1', service: 'office' },
    attributes: {
      team: { type: 'string', required: true },
      task: { type: 'string', required: true },
      project: { type: 'string', required: true },
      points: { type: 'number', default: 0 },
      tags: { type: 'set', items: 'string' },
      notes: { type: 'list', items: { type: 'string' } },
      closed: { type: 'boolean' },
    },
    indexes: {
      byTeam: {
        pk: { field: 'pk', composite: ['team'] },
        sk: { field: 'sk', composite: ['task'] },
      },
      byProject: {
        index: 'gsi1',
        collection: 'work',
        pk: { field: 'gsi1pk', composite: ['project'] },
        sk: { field: 'gsi1sk', composite: ['team', 'task'] },
      },
    },
  },
  { client, table },
);
const Employee = new Entity(
  {
    model: { entity: 'employee', version: '1', service: 'office' },
    attributes: {
      id: { type: 'string', required: true },
      project: { type: 'string', required: true },
    },
    indexes: {
      primary: { pk: { field: 'pk', composite: ['id'] }, sk: { field: 'sk', composite: [] } },
      byProject: {
        index: 'gsi1',
        collection: 'work',
        pk: { field: 'gsi1pk', composite: ['project'] },
        sk: { field: 'gsi1sk', composite: ['id'] },
      },
    },
  },
  { client, table },
);
const office = new Service({ task: Task, employee: Employee });

const tasks = Array.from({ length: 30 }, (_, index) => ({
  team: 'blue',
  task: `t${String(index).padStart(2, '0')}`,
  project: index % 2 === 0 ? 'even' : 'odd',
  points: index,
  tags: ['all', index % 3 === 0 ? 'third' : 'other'],
}));
await Task.put(tasks).go();
await Employee.create({ id: 'ada', project: 'even' }).go();
const again = await Employee.create({ id: 'ada', project: 'odd' })
  .go()
  .catch((error) => error.code);
const key = { team: 'blue', task: 't04' };
const { data: patched } = await Task.patch(key)
  .add({ points: 10, tags: ['more'] })
  .append({ notes: ['first'] })
  .set({ closed: true })
  .where(({ points }, { between }) => between(points, 0, 10))
  .go({ response: 'all_new' });
const missing = await Task.patch({ team: 'blue', task: 'none' })
  .set({ closed: true })
  .go()
  .catch((error) => error.code);
const { data: page, cursor } = await Task.query
  .byTeam({ team: 'blue' })
  .gte({ task: 't20' })
  .go({ limit: 4 });
const { data: rest } = await Task.query.byTeam({ team: 'blue' }).gte({ task: 't20' }).go({ cursor });
const { data: third } = await Task.scan
  .where(({ tags }, { contains }) => contains(tags, 'third'))
  .go({ pages: 'all' });
const { data: work } = await office.collections.work({ project: 'even' }).go({ pages: 'all' });
const { canceled } = await office.transaction
  .write(({ task, employee }) => [employee.delete({ id: 'ada' }).commit(), task.create(tasks[0]).commit()])
  .go();
const { data: still } = await Employee.get({ id: 'ada' }).go();
/** Sets have no order. */
const sorted = (values) => [...values].toSorted((a, b) => (a < b ? -1 : 1));
console.log(
  JSON.stringify({
    again,
    patched: { ...patched, tags: sorted(patched.tags) },
    missing,
    page: page.map(({ task }) => task),
    rest: rest.map(({ task }) => task),
    third: third.length,
    work: { tasks: work.task.length, employees: work.employee.map(({ id }) => id) },
    canceled,
    still,
  }),
);
