/** What a borrower wants for invocations that wait. */
export interface Need {
  readonly functionArn: string;
  /** Units of concurrency. */
  readonly units: number;
  /** Requests of the function's and the account's rate. */
  readonly requests: number;
}

/** The answer to a need: no less than it asked for, or the reason why not. */
export interface Grant extends Need {
  /** The need this answers. */
  readonly answered: Need;
  /** Reason of the 429 for those that got nothing. */
  readonly refusal: string | undefined;
}

/** What a borrower gives back: of a function, so many. */
export interface Returned extends Need {
  /** It ran for a function that was removed meanwhile: what one of that name has now stays as it is. */
  readonly isOfRemoved: boolean;
}

/** Asks for everything that lies idle, of functions whose ARN begins so. */
export interface Recall {
  readonly round: number;
  readonly scopes: readonly string[];
}

/** The way to the lender. Messages arrive in the order in which they were sent. */
export interface LenderPort {
  need(need: Need): void;
  returned(returned: Returned): void;
  /** A function is gone: what is asked for from now on is for the one that has its name next. */
  removed(functionArn: string): void;
  /** All that was idle has been returned. */
  recalled(round: number): void;
}

/** The way to one borrower. Messages arrive in the order in which they were sent. */
export interface BorrowerPort {
  grant(grant: Grant): void;
  recall(recall: Recall): void;
}
