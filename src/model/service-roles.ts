/** What a service does in the name of a role it was given, such as the role of a schedule's target. */
export interface RoleUse {
  readonly roleArn: string;
  /** Whose role it has to be. */
  readonly accountId: string;
  /** Who assumes it, e.g. `scheduler.amazonaws.com`. */
  readonly service: string;
  /** e.g. `sqs:SendMessage` */
  readonly action: string;
  /** ARN */
  readonly resource: string;
  /** Condition keys beside those of every request. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** The roles that services act in. Where identities are not looked at, every role may be assumed and may do everything. */
export interface ServiceRoles {
  /** Whether there is such a role in the account, and the service may assume it. */
  canBeAssumed(roleArn: string, accountId: string, service: string): boolean;
  /** Throws ServiceError `AccessDeniedException` unless the service may assume the role and the role may do this. */
  check(use: RoleUse): void;
}
