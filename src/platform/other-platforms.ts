import type { AnyOperationHandler, ServiceDefinition } from '../aws/service.ts';
import { ServiceError } from '../model/service-error.ts';
import type { Store } from '../store/store.ts';

type Others = NonNullable<Store['others']>;

/** Services whose operations ask what is in memory; the others' ask the database. */
const ASKS_MEMORY: ReadonlySet<string> = new Set(['sns', 'eventbridge', 'sts']);
/** Services that read from the database what they go by in memory. */
const READS_DATABASE: ReadonlySet<string> = new Set(['lambda', 'iam']);
const READ = /^(Get|List)/;

/**
 * The same services where other platforms write too. What is refused here for want of something is looked at once more when
 * that may just have come from elsewhere; and what an answer shows counts here by then: whoever has seen an update
 * succeed never gets the old code.
 */
export function amongOthers(services: readonly ServiceDefinition[], others: Others): ServiceDefinition[] {
  return services.map((service) => {
    const { model, operations } = service;
    if (!ASKS_MEMORY.has(model) && !READS_DATABASE.has(model)) return service;
    const entries = Object.entries(operations).map(([name, handler]) => {
      if (ASKS_MEMORY.has(model)) return [name, tryingAgain(handler, others)] as const;
      return [name, READ.test(name) ? thenKnown(handler, others) : handler] as const;
    });
    return { ...service, operations: Object.fromEntries(entries) };
  });
}

function tryingAgain(handler: AnyOperationHandler, others: Others): AnyOperationHandler {
  return async (input, context) => {
    const before = others.heard;
    try {
      return await handler(input, context);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      await others.catchUp();
      if (others.heard === before) throw error;
      return await handler(input, context);
    }
  };
}

function thenKnown(handler: AnyOperationHandler, others: Others): AnyOperationHandler {
  return async (input, context) => {
    const answer: unknown = await handler(input, context);
    await others.catchUp();
    return answer;
  };
}
