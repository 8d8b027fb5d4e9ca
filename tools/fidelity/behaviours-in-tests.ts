import { readdirSync, readFileSync } from 'node:fs';
import { lambdaOperations } from './read-behaviours.ts';
import { behavioursInTitle, operationOfFile } from './test-names.ts';

const conformance = new URL('../../test/conformance/lambda/', import.meta.url);

/** A title follows `test(`, or the brackets of a table: `test.each(...)(`. */
const TITLE = /(?:\btest|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;

/**
 * The behaviours that tests name, found without running them, which `npm run fidelity` does.
 * `full` is like `CreateFunction.publish`.
 */
export function* behavioursInTests(): Generator<{ readonly file: string; readonly full: string }> {
  for (const file of readdirSync(conformance).filter((name) => name.endsWith('.test.ts'))) {
    const about = operationOfFile(file, lambdaOperations()) ?? '';
    for (const [, , title = ''] of readFileSync(new URL(file, conformance), 'utf8').matchAll(TITLE)) {
      for (const id of behavioursInTitle(title)) {
        yield { file, full: id.includes('.') ? id : `${about}.${id}` };
      }
    }
  }
}
