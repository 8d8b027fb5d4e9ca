/** What a bucket tells of its objects, and whom. Stored as the bucket's setting `notification`. */
export interface StoredNotifications {
  readonly rules: readonly NotificationRule[];
  /** Everything goes to the default event bus as well. */
  readonly toEventBridge: boolean;
}

export interface NotificationRule {
  readonly id: string;
  readonly kind: TargetKind;
  readonly targetArn: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
  /** As the filter was written: names in any case, in any order. Undefined: there was none. */
  readonly filter?: readonly { readonly Name: string; readonly Value: string }[] | undefined;
}

export type TargetKind = 'queue' | 'topic' | 'function';

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  ObjectRemoved: ['Delete', 'DeleteMarkerCreated'],
  ObjectRestore: ['Post', 'Completed', 'Delete'],
  Replication: [
    'OperationFailedReplication',
    'OperationMissedThreshold',
    'OperationReplicatedAfterThreshold',
    'OperationNotTracked',
  ],
  LifecycleExpiration: ['Delete', 'DeleteMarkerCreated'],
  ObjectTagging: ['Put', 'Delete'],
};

/** What buckets can tell of. Some never come about here, because what leads to them is refused. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  ...Object.entries(FAMILIES).flatMap(([family, members]) =>
    ['*', ...members].map((member) => `s3:${family}:${member}`),
  ),
  's3:ObjectAcl:Put',
  's3:IntelligentTiering',
  's3:LifecycleTransition',
  's3:ReducedRedundancyLostObject',
]);

/** @param name without `s3:` */
export function wants(rule: NotificationRule, name: string, key: string): boolean {
  const isListed = rule.events.some((type) => covers(type, `s3:${name}`));
  return isListed && key.startsWith(rule.prefix) && key.endsWith(rule.suffix);
}

/** Whether some object's event could go to both: AWS takes no two such rules. */
export function overlap(a: NotificationRule, b: NotificationRule): boolean {
  const shareEvent = a.events.some((one) =>
    b.events.some((other) => covers(one, other) || covers(other, one)),
  );
  const sharePrefix = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  const shareSuffix = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
  return shareEvent && sharePrefix && shareSuffix;
}

function covers(type: string, name: string): boolean {
  return type === name || (type.endsWith(':*') && name.startsWith(type.slice(0, -1)));
}
