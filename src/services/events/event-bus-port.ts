import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import type { BusEvent, EventBusPort } from '../../model/event-bus-port.ts';
import type { QueueSenderIdentity } from '../../model/queue-ports.ts';
import { checkAccount, eventKeys } from './buses/bus-access.ts';
import { type BusName, parseBus } from './buses/stored-bus.ts';
import { busDoesNotExist, validation } from './events-errors.ts';
import type { EventsDirectory } from './events-directory.ts';
import type { EventRouter } from './publishing/event-router.ts';
import { eventTime } from './publishing/platform-event.ts';

interface PortOptions {
  readonly clock: Clock;
  readonly directory: EventsDirectory;
  readonly router: EventRouter;
}

/** Puts events for other services; their sources may be AWS's own. */
export class PlatformEventBuses implements EventBusPort {
  readonly #options: PortOptions;

  constructor(options: PortOptions) {
    this.#options = options;
  }

  async check(busArn: string, sender: QueueSenderIdentity): Promise<void> {
    this.#admit(busArn, sender);
  }

  async put({ busArn, sender, source, detailType, detail, resources, traceHeader }: BusEvent): Promise<void> {
    const { clock, router } = this.#options;
    const { name, accountId } = this.#admit(busArn, sender, eventKeys(source, detailType));
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: accountId,
      time: eventTime(clock.now()),
      region: name.region,
      resources: resources ?? [],
      detail: objectOf(detail),
    } as const;
    await router.put([{ bus: name, event, hops: 0, traceHeader }]);
  }

  /** @throws ResourceNotFoundException, AccessDeniedException */
  #admit(
    busArn: string,
    sender: QueueSenderIdentity,
    keys: Readonly<Record<string, string | undefined>> = {},
  ): { readonly name: BusName; readonly accountId: string } {
    const accountId = sender.kind === 'account' ? sender.accountId : sender.sourceAccount;
    const name = parseBus(busArn, { accountId, region: '' });
    const bus = this.#options.directory.bus(name);
    if (bus === undefined) throw busDoesNotExist(name.name);
    checkAccount(bus, accountId, 'PutEvents', keys);
    return { name, accountId };
  }
}

function objectOf(text: string): object {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw validation('Detail is malformed.');
  return value;
}
