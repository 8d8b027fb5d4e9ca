import { randomUUID } from 'node:crypto';
import type { AsyncInvoker } from '../invoke/async/async-invoker.ts';
import type { FunctionInvoker } from '../invoke/function-invoker.ts';
import type { PolicyDirectory } from '../invoke/policy-directory.ts';
import type { OnDeniedService } from '../model/denied-service.ts';
import type { EventAcceptor, FunctionEvent } from '../model/event-acceptor.ts';
import { parseAnyReference } from '../model/function-reference.ts';
import { accessDenied } from '../model/lambda-errors.ts';
import { ASYNC_PAYLOAD_LIMIT_BYTES } from '../model/limits.ts';
import { type AccessRequest, authorize, denialMessage } from '../model/policy/authorize.ts';
import { accountRoot, type Principal, requestKeys } from '../model/policy/principal.ts';
import type { QueueSenderIdentity } from '../model/queue-ports.ts';
import { ServiceError } from '../model/service-error.ts';
import { functionArn, partitionOf } from '../model/stored-function.ts';

interface FunctionAcceptorOptions {
  readonly events: AsyncInvoker;
  readonly invoker: Pick<FunctionInvoker, 'check'>;
  readonly policies: PolicyDirectory;
  readonly onDenied: OnDeniedService;
}

/** The functions as other services see them: each takes events from whom its policy lets in. */
export class FunctionAcceptor implements EventAcceptor {
  readonly #options: FunctionAcceptorOptions;

  constructor(options: FunctionAcceptorOptions) {
    this.#options = options;
  }

  async check(arn: string, sender: QueueSenderIdentity): Promise<void> {
    const reference = referenceOf(arn);
    await this.#options.invoker.check(reference);
    this.#check(reference, sender);
  }

  async accept({ functionArn: arn, sender, payload, traceHeader }: FunctionEvent): Promise<void> {
    const reference = referenceOf(arn);
    this.#check(reference, sender);
    const bytes = Buffer.from(payload);
    if (bytes.length > ASYNC_PAYLOAD_LIMIT_BYTES) {
      const limit = ASYNC_PAYLOAD_LIMIT_BYTES;
      throw new ServiceError(
        'RequestTooLargeException',
        `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
        413,
      );
    }
    const requestId = randomUUID();
    await this.#options.events.accept({ ...reference, payload: bytes, requestId, traceId: traceHeader });
  }

  #check(
    { accountId, region, name, qualifier }: ReturnType<typeof parseAnyReference>,
    sender: QueueSenderIdentity,
  ): void {
    const resource = functionArn(accountId, region, name) + (qualifier === undefined ? '' : `:${qualifier}`);
    const policy = this.#options.policies.find(resource);
    const isService = sender.kind === 'service';
    if (!isService && sender.accountId === accountId && policy?.hasDeny !== true) return;
    const principal: Principal = isService
      ? { type: 'Service', name: sender.principal }
      : accountRoot(partitionOf(region), sender.accountId);
    const request: AccessRequest = {
      principal,
      action: 'lambda:InvokeFunction',
      resource,
      resourceAccountId: accountId,
      keys: requestKeys(principal, {
        'aws:ResourceAccount': accountId,
        ...(isService && { 'aws:SourceArn': sender.sourceArn, 'aws:SourceAccount': sender.sourceAccount }),
      }),
    };
    const decision = authorize(request, { own: undefined, resource: policy });
    if (decision.isAllowed) return;
    const denial = accessDenied(denialMessage(request, decision.reason));
    if (!isService) throw denial;
    this.#options.onDenied(denial);
  }
}

function referenceOf(arn: string): ReturnType<typeof parseAnyReference> {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return parseAnyReference(arn, undefined, { accountId, region });
}
