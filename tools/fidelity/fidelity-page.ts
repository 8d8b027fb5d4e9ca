import { type Behaviour, countOf, type Fidelity, type OperationFidelity } from './fidelity.ts';

/** `docs/fidelity.md`: the same text for the same results, so that a change of it is a change of behaviour. */
export function fidelityPage({ operations }: Fidelity): string {
  const open = operations.filter(({ behaviours }) => behaviours.some(isOpen));
  return `${[
    '# Fidelity',
    '',
    'What is documented of each Lambda operation, and what of it the conformance tests show. The behaviours stand in',
    '`test/conformance/lambda/behaviours`; a test names those it proves at the end of its title. This page is written',
    'by `npm run fidelity`.',
    '',
    'An uncovered behaviour is not built, or built and not tested in `test/conformance/lambda`.',
    '',
    '| Operation | Documented | Covered | Passing |',
    '| --- | ---: | ---: | ---: |',
    ...operations.map(row),
    row({ operation: '**All**', resource: '', behaviours: operations.flatMap((one) => one.behaviours) }),
    '',
    '## Uncovered or failing',
    ...open.flatMap(section),
  ].join('\n')}\n`;
}

function row({ operation, resource, behaviours }: OperationFidelity): string {
  if (resource === undefined) return `| ${operation} | no catalogue | | |`;
  const documented = behaviours.length;
  const covered = documented - countOf(behaviours, 'uncovered');
  return `| ${operation} | ${documented} | ${covered} | ${countOf(behaviours, 'passes')} |`;
}

function section({ operation, behaviours }: OperationFidelity): string[] {
  const items = behaviours
    .filter(isOpen)
    .map(({ id, sentence, verdict }) => `- \`${id}\`${verdict === 'fails' ? ' **fails**' : ''}: ${sentence}`);
  return ['', `### ${operation}`, '', ...items];
}

function isOpen({ verdict }: Behaviour): boolean {
  return verdict !== 'passes';
}
