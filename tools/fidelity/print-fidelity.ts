import { styleText } from 'node:util';
import { type Behaviour, countOf, coveredOf, type Fidelity, type OperationFidelity } from './fidelity.ts';

type Output = Pick<NodeJS.WriteStream, 'isTTY'>;

/** A table in colour for a person; in a pipe one line per operation: name, documented, covered, passing, refused. */
export function fidelityLines({ operations, problems }: Fidelity, output: Output): string[] {
  const all = { operation: 'All', resource: '', behaviours: operations.flatMap((one) => one.behaviours) };
  if (!output.isTTY) {
    return [...operations, all].map(({ operation, behaviours, resource }) => {
      if (resource === undefined) return `${operation}\tno catalogue`;
      return [operation, ...numbersOf(behaviours)].join('\t');
    });
  }
  const width = Math.max(...operations.map(({ operation }) => operation.length));
  return [
    styleText('bold', `${'Operation'.padEnd(width)}  documented  covered  passing  refused`),
    ...operations.map((one) => tableRow(one, width)),
    styleText('bold', tableRow(all, width)),
    ...problems.map((problem) => styleText('red', problem)),
  ];
}

/** Green when all is shown, red when something fails or is not even documented, plain in between. */
function tableRow({ operation, resource, behaviours }: OperationFidelity, width: number): string {
  const name = operation.padEnd(width);
  if (resource === undefined) return styleText('red', `${name}  no catalogue`);
  const [documented, covered, passing, refused] = numbersOf(behaviours);
  const rest = [covered, passing, refused].map((number) => String(number).padStart(7));
  const line = [name, String(documented).padStart(10), ...rest].join('  ');
  if (passing < covered) return styleText('red', line);
  return passing + refused === documented ? styleText('green', line) : line;
}

/** Documented, covered, passing, refused. */
function numbersOf(behaviours: readonly Behaviour[]): [number, number, number, number] {
  const [passing, refused] = [countOf(behaviours, 'passes'), countOf(behaviours, 'refused')];
  return [behaviours.length, coveredOf(behaviours), passing, refused];
}
