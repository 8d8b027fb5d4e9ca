import type { CodeDirectories, UnpackedCode } from '../environment/code-directory.ts';
import type { FunctionDirectory } from '../invoke/function-directory.ts';
import type { FunctionRecord } from '../model/stored-function.ts';

const LOOK_MS = 600_000;

/** Has the unpacked code removed of what was replaced or deleted. */
export class UnneededCode {
  readonly #looking: NodeJS.Timeout;
  #removing: Promise<void> = Promise.resolve();

  constructor(functions: Pick<FunctionDirectory, 'records'>, code: Pick<CodeDirectories, 'removeUnneeded'>) {
    this.#looking = setInterval(() => {
      this.#removing = code.removeUnneeded(codeOf(functions.records()));
    }, LOOK_MS);
    this.#looking.unref();
  }

  /** Resolves when nothing is being removed any more. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
    await this.#removing;
  }
}

function* codeOf(records: Iterable<FunctionRecord>): Iterable<UnpackedCode> {
  for (const { current, serving } of records)
    for (const { codeSha256, layers } of serving === undefined ? [current] : [current, serving])
      yield { codeSha256, layerSha256s: layers.map((layer) => layer.codeSha256) };
}
