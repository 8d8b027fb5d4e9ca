/** A runtime that cannot run here; the message says why, and what to do where something can be done. */
export class RuntimeUnavailable extends Error {
  readonly runtime: string;
  /** Why, without what to do. */
  readonly problem: string;
  /** What to do: a sentence or two. */
  readonly remedy: string | undefined;

  constructor(runtime: string, problem: string, remedy?: string) {
    super(remedy === undefined ? problem : `${problem} ${remedy}`);
    this.name = 'RuntimeUnavailable';
    this.runtime = runtime;
    this.problem = problem;
    this.remedy = remedy;
  }
}
