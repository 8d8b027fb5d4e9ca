/** The function on whose behalf something is sent. */
export interface DestinationSender {
  readonly accountId: string;
  /** Its execution role; undefined: the function is gone, and only its account is asked. */
  readonly roleArn: string | undefined;
}

/** A record about an event that is done with, or the event itself as a dead letter. */
export interface DestinationMessage extends DestinationSender {
  readonly targetArn: string;
  /** JSON text */
  readonly body: string;
  /** `X-Amzn-Trace-Id` value, with the lineage of the run: targets can lead in a circle. */
  readonly traceHeader: string;
  /** Of buckets: where the record goes among their keys, such as `aws/lambda/<mapping>/<shard>`; that of asynchronous invokes unless set. */
  readonly objectPrefix?: string;
  /** Of dead letters: RequestID, ErrorCode, ErrorMessage. */
  readonly attributes?: Readonly<
    Record<string, { readonly dataType: 'String' | 'Number'; readonly stringValue: string }>
  >;
}

/** Whether a target would take messages; `unfit`: it is of a kind that takes none, such as a FIFO queue. */
export type TargetState = 'ready' | 'missing' | 'forbidden' | 'unfit';

/** One kind of thing that records and dead letters go to. */
export interface DestinationTarget {
  check(targetArn: string, sender: DestinationSender): Promise<TargetState>;
  /** Resolves when the message is on disk. Throws ServiceError when it cannot be delivered; another error may pass. */
  send(message: DestinationMessage): Promise<void>;
}

/** Targets by the service in their ARN, e.g. `sqs`. Functions are none of them. */
export type DestinationTargets = Readonly<Record<string, DestinationTarget>>;

/** The service an ARN names; the text itself when it is no ARN. */
export function targetService(arn: string): string {
  return arn.split(':')[2] ?? arn;
}
