import { expect, test } from 'vitest';
import { limited, missing, ok } from './finding.ts';
import { formatFindings } from './print-findings.ts';

const findings = [
  ok('isolation', 'process', 'works'),
  missing('isolation', 'namespace', 'bubblewrap is missing', 'install it'),
  limited('runtimes', 'ruby3.4', 'runs on another one', null),
];

test('people get a table for each area, remedies below', () => {
  expect(formatFindings(findings, true)).toBe(
    [
      'isolation',
      '  process    yes     works',
      '  namespace  no      bubblewrap is missing',
      '                     -> install it',
      '',
      'runtimes',
      '  ruby3.4    partly  runs on another one',
      '',
    ].join('\n'),
  );
});

test('programs get a line for each finding', () => {
  expect(formatFindings(findings, false)).toBe(
    'isolation\tprocess\tok\tworks\t\nisolation\tnamespace\tmissing\tbubblewrap is missing\tinstall it\nruntimes\truby3.4\tlimited\truns on another one\t\n',
  );
});
