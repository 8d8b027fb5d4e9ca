/** How much is measured. Figures of a quick run are of the same kind, and noisier. */
export interface Effort {
  readonly isQuick: boolean;
  /** Of two things in turn. */
  readonly rounds: number;
  readonly sliceMs: number;
  /** Of twice the length; fewer where it gets no faster. */
  readonly mostWarmUpSlices: { readonly ours: number; readonly baseline: number };
  readonly coldStarts: number;
  /** To start at once from none. */
  readonly burst: number;
  readonly streamMs: number;
}

export const FULL: Effort = {
  isQuick: false,
  rounds: 7,
  sliceMs: 1000,
  mostWarmUpSlices: { ours: 10, baseline: 10 },
  coldStarts: 15,
  burst: 500,
  streamMs: 10_000,
};

export const QUICK: Effort = {
  isQuick: true,
  rounds: 3,
  sliceMs: 250,
  mostWarmUpSlices: { ours: 3, baseline: 1 },
  coldStarts: 3,
  burst: 50,
  streamMs: 2000,
};
