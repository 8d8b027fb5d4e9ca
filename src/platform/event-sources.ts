import { EventSources } from '../event-source/event-sources.ts';
import { FunctionDoor } from '../event-source/function-door.ts';
import { QueuePoller } from '../event-source/sqs/queue-poller.ts';
import type { FunctionDirectory } from '../invoke/function-directory.ts';
import type { FunctionInvoker } from '../invoke/function-invoker.ts';
import { parseAnyReference } from '../model/function-reference.ts';
import type { QueueConsumer } from '../model/queue-ports.ts';
import { mappingArn } from '../model/stored-event-source-mapping.ts';
import type { Site } from './site.ts';

interface Polled {
  readonly invoker: FunctionInvoker;
  readonly functions: FunctionDirectory;
  readonly queues: QueueConsumer;
}

/** The pollers of event source mappings, with what they poll and whom they hand it to. */
export function buildEventSources(
  { clock, log, state: { store } }: Site,
  owner: string,
  { invoker, functions, queues }: Polled,
): EventSources {
  const onNotice = (message: string): void => log.warn(message);
  return new EventSources({
    store,
    owner,
    onNotice,
    makePoller: (mapping) => {
      const door = new FunctionDoor(invoker, mapping.functionArn);
      const onProblem = noticed(mappingArn(mapping), onNotice);
      const functionTimeoutMs = (): number | undefined => timeoutOf(functions, mapping.functionArn);
      return new QueuePoller(mapping, { clock, queues, door, functionTimeoutMs, onProblem });
    },
  });
}

/** Each problem once, until it is over. */
function noticed(arn: string, onNotice: (message: string) => void): (problem: string | undefined) => void {
  let known: string | undefined;
  return (problem) => {
    if (problem !== undefined && problem !== known) onNotice(`${arn} cannot go on: ${problem}`);
    known = problem;
  };
}

function timeoutOf(functions: FunctionDirectory, arn: string): number | undefined {
  const [, , , region = '', accountId = ''] = arn.split(':');
  const { name, qualifier } = parseAnyReference(arn, undefined, { accountId, region });
  try {
    return functions.resolve(accountId, region, name, qualifier).version.timeoutMs;
  } catch {
    return undefined;
  }
}
