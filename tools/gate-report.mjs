// What the gates tell at their end of one run of vitest, as a reporter: of each file its counts, and what went wrong with the
// reason. Errors outside of any test and set-ups that failed are told as well: no count shows them. Such errors stand with the
// file they come from, where that is known; the same error is told once.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';

const LINES = 12;
const CHARACTERS = 1_500;

export default class GateReport {
  onTestRunEnd(modules, unhandledErrors) {
    const files = Object.fromEntries(modules.map((module) => [place(module.moduleId), ofFile(module)]));
    const outside = [];
    for (const error of unhandledErrors) {
      const path = place(error.VITEST_TEST_PATH ?? '');
      const text = `an error outside of any test\n${reason(error)}`;
      const list = files[path]?.failures ?? outside;
      if (!list.includes(text)) list.push(text);
    }
    writeFileSync(process.env.LAMBENT_GATE_REPORT, JSON.stringify({ files, outside }));
  }
}

function ofFile(module) {
  const tests = [...module.children.allTests()];
  const ended = (state) => tests.filter((test) => test.result().state === state);
  const retried = ended('passed').filter((test) => (test.diagnostic()?.retryCount ?? 0) > 0);
  return {
    passed: ended('passed').length,
    failed: ended('failed').length,
    skipped: ended('skipped').length,
    failures: [
      ...ended('failed').map((test) => told(test.fullName, test.result().errors)),
      ...[module, ...module.children.allSuites()]
        .filter((suite) => suite.errors().length > 0)
        .map((suite) => told(suite.fullName ?? '', suite.errors())),
    ],
    retried: retried.map((test) => test.fullName),
  };
}

function told(name, errors) {
  return `${name}\n${(errors ?? []).map(reason).join('\n')}`;
}

function place(path) {
  return relative(process.cwd(), path);
}

/** What fits on a screen when there are several, without colours. */
function reason(error) {
  const text = stripVTControlCharacters(String(error.stack ?? error.message ?? error));
  return text.split('\n').slice(0, LINES).join('\n').slice(0, CHARACTERS);
}
