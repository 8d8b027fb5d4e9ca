/** What events can be handed to. */
export type TargetService = 'lambda' | 'sqs' | 'sns' | 'events' | 'kinesis';

const TARGETS: readonly (readonly [TargetService, RegExp])[] = [
  [
    'lambda',
    /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+(?::(?:\$LATEST|[A-Za-z0-9-_]+))?$/,
  ],
  ['sqs', /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/],
  ['sns', /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/],
  ['events', /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[A-Za-z0-9._-]{1,256}$/],
  ['kinesis', /^arn:aws[a-z-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]{1,128}$/],
];

/** Undefined for an ARN of anything else. */
export function targetService(arn: string): TargetService | undefined {
  return TARGETS.find(([, form]) => form.test(arn))?.[0];
}

/** What whoever hands something to a target has to be allowed to do with it. */
export const TARGET_ACTIONS: Readonly<Record<TargetService, string>> = {
  lambda: 'lambda:InvokeFunction',
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  events: 'events:PutEvents',
  kinesis: 'kinesis:PutRecord',
};

/** A queue that dead letters can go to. */
export function isStandardQueue(arn: string): boolean {
  return targetService(arn) === 'sqs' && !arn.endsWith('.fifo');
}
