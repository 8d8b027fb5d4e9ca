/** What the platform asks of the spawner, over Node's own channel between parent and child (JSON). */
export interface StartRequest {
  readonly kind: 'start';
  readonly id: number;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly channel: boolean;
  /** A named pipe from the stock, which the platform has open for reading. */
  readonly output: string;
  /** Where it is to be started, for a spawner that has a choice; a value of JSON. */
  readonly surroundings?: unknown;
}

/** Anything else that a spawner can be asked to do; it takes its time, and is answered once. */
export interface Question {
  readonly kind: 'ask';
  readonly id: number;
  readonly question: unknown;
}

/**
 * What the spawner reports. `listening` comes once, `pipes` whenever the stock has grown; for each start `started` or
 * `failed`, and after `started` one `exited`; for each question `answered`, perhaps with a handle, or `failed`.
 */
export type SpawnerReport =
  | { readonly kind: 'listening' }
  | { readonly kind: 'pipes'; readonly paths: readonly string[] }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'answered'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'exited';
      readonly id: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };
