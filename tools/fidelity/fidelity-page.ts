import { type Behaviour, countOf, coveredOf, type Fidelity, type OperationFidelity } from './fidelity.ts';

/** `docs/fidelity.md`: the same text for the same results, so that a change of it is a change of behaviour. */
export function fidelityPage({ operations }: Fidelity): string {
  return `${[
    '# Fidelity',
    '',
    'What is documented of each Lambda operation, and what of it the conformance tests show. The behaviours stand in',
    '`test/conformance/lambda/behaviours`; a test names those it proves at the end of its title. This page is written',
    'by `npm run fidelity`.',
    '',
    'A covered behaviour is shown by a test, and passing when all of its tests pass. A refused one is not to be had here:',
    "tests show that a request for it is refused with an error of AWS's, never taken and ignored.",
    '',
    '| Operation | Documented | Covered | Passing | Refused |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...operations.map(row),
    row({ operation: '**All**', resource: '', behaviours: operations.flatMap((one) => one.behaviours) }),
    ...list('Refused', operations, ({ verdict }) => verdict === 'refused'),
    ...list('Uncovered or failing', operations, isOpen),
  ].join('\n')}\n`;
}

function row({ operation, resource, behaviours }: OperationFidelity): string {
  if (resource === undefined) return `| ${operation} | no catalogue | | | |`;
  const counts = [behaviours.length, coveredOf(behaviours), countOf(behaviours, 'passes')];
  return `| ${[operation, ...counts, countOf(behaviours, 'refused')].join(' | ')} |`;
}

/** A chapter of those behaviours, by operation; none where there are none. */
function list(
  title: string,
  operations: readonly OperationFidelity[],
  belongs: (behaviour: Behaviour) => boolean,
): string[] {
  const found = operations.flatMap(({ operation, behaviours }) => {
    const items = behaviours.filter(belongs).map(item);
    return items.length === 0 ? [] : ['', `### ${operation}`, '', ...items];
  });
  return found.length === 0 ? [] : ['', `## ${title}`, ...found];
}

function item({ id, sentence, refused, verdict }: Behaviour): string {
  const because = refused === undefined ? '' : ` **${refused}**`;
  return `- \`${id}\`${verdict === 'fails' ? ' **fails**' : ''}: ${sentence}${because}`;
}

function isOpen({ verdict }: Behaviour): boolean {
  return verdict === 'fails' || verdict === 'uncovered';
}
