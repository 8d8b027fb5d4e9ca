/** Segments of one function's, or of one of its environments'. */
export interface SegmentDelivery {
  readonly accountId: string;
  readonly region: string;
  /** ARN of the execution role, which has to be allowed to send them. */
  readonly role: string;
  /** Unqualified, of the function. */
  readonly functionArn: string;
  /** What Lambda itself has to say; otherwise the function's own code sends them. */
  readonly isLambdas: boolean;
  /** Segment documents, JSON. */
  readonly documents: readonly string[];
}

/** Where segments go that nobody waits for. */
export interface TraceSink {
  put(delivery: SegmentDelivery): void;
}

/** What an X-Ray SDK asks the daemon beside its function for, and that asks X-Ray for. */
export interface SamplingQuestion extends Omit<SegmentDelivery, 'isLambdas' | 'documents'> {
  readonly operation: 'GetSamplingRules' | 'GetSamplingTargets';
  /** JSON */
  readonly body: string;
}

export interface SamplingAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** JSON */
  readonly body: string;
}

/** X-Ray, as daemons beside functions reach it. */
export interface TraceDoor extends TraceSink {
  sampling(question: SamplingQuestion): Promise<SamplingAnswer>;
}
