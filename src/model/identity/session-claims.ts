/** What temporary credentials stand for; sealed in their session token. Times are milliseconds since the Unix epoch. */
export interface SessionClaims {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>`, or of a user or root what they are without a session. */
  readonly arn: string;
  readonly roleArn?: string;
  /** Unique id of the role or user it was made from: one that was made anew under its name is another one. */
  readonly issuerId?: string;
  /** What GetCallerIdentity shows. */
  readonly userId: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
  /** Session policies: documents, and ARNs of managed policies. Absent: the session is not narrowed. */
  readonly policies?: readonly string[];
  readonly policyArns?: readonly string[];
  /** Session tags, which count as the principal's. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** The function in whose environment the credentials are. */
  readonly sourceFunctionArn?: string;
}
