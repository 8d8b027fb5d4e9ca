import { TagResourceCommand } from '@aws-sdk/client-lambda';
import { beside } from './beside.ts';
import { environmentsOf } from './environments.ts';
import { eventually } from './functions.ts';
import { uniqueName } from './lambda-requests.ts';
import type { TestServer } from './server.ts';

const POLL_MS = 50;

/**
 * Source of `untilOpen(gate, arn)`, by which a handler waits for a tag of its function: the platform can be reached at every
 * level of isolation, and a new tag leaves environments as they are. Without a gate it does not wait.
 */
export const UNTIL_OPEN = `
const untilOpen = async (gate, arn) => {
  const bare = encodeURIComponent(arn.split(':').slice(0, 7).join(':'));
  const ask = async () => (await (await fetch(process.env.AWS_ENDPOINT_URL + '/2017-03-31/tags/' + bare)).json()).Tags;
  // Whoever would have answered may have been killed.
  while (gate !== undefined && !(gate in await ask().catch(() => ({})))) await new Promise((resolve) => setTimeout(resolve, ${POLL_MS}));
};`;

/** The same for Python. */
export const UNTIL_OPEN_PYTHON = `
import json, os, time, urllib.parse, urllib.request

def until_open(gate, arn):
    bare = urllib.parse.quote(":".join(arn.split(":")[:7]), safe="")
    url = os.environ["AWS_ENDPOINT_URL"] + "/2017-03-31/tags/" + bare
    while gate is not None and gate not in json.load(urllib.request.urlopen(url))["Tags"]:
        time.sleep(${POLL_MS / 1000})
`;

/**
 * Invokes a function so often at once that as many of its environments are at it together: none ends before all have begun,
 * however long that takes. Its handler waits for the event's `gate` and takes one event at a time.
 */
export async function together<T>(
  server: TestServer,
  functionName: string,
  count: number,
  run: (event: { readonly gate: string }, index: number) => Promise<T>,
): Promise<T[]> {
  const gate = uniqueName('gate');
  const running = Promise.all(Array.from({ length: count }, async (_, index) => await run({ gate }, index)));
  const [environment] = await beside(
    running,
    async () =>
      await eventually(
        async () => (await environmentsOf(server, functionName)).filter(({ state }) => state === 'invoking'),
        ({ length }) => length === count,
        60_000,
      ),
  );
  await openGate(server, environment?.functionArn ?? '', gate);
  return await running;
}

/** Lets the handlers go on that wait for it. */
export async function openGate(server: TestServer, Resource: string, gate: string): Promise<void> {
  await server.lambda.send(new TagResourceCommand({ Resource, Tags: { [gate]: '' } }));
}
