import { styleText } from 'node:util';
import { countOf, type Fidelity, type OperationFidelity } from './fidelity.ts';

type Output = Pick<NodeJS.WriteStream, 'isTTY'>;

/** A table in colour for a person; in a pipe one line per operation: name, documented, covered, passing. */
export function fidelityLines({ operations, problems }: Fidelity, output: Output): string[] {
  const all = { operation: 'All', resource: '', behaviours: operations.flatMap((one) => one.behaviours) };
  if (!output.isTTY) {
    return [...operations, all].map(({ operation, behaviours, resource }) => {
      if (resource === undefined) return `${operation}\tno catalogue`;
      const covered = behaviours.length - countOf(behaviours, 'uncovered');
      return [operation, behaviours.length, covered, countOf(behaviours, 'passes')].join('\t');
    });
  }
  const width = Math.max(...operations.map(({ operation }) => operation.length));
  return [
    styleText('bold', `${'Operation'.padEnd(width)}  documented  covered  passing`),
    ...operations.map((one) => tableRow(one, width)),
    styleText('bold', tableRow(all, width)),
    ...problems.map((problem) => styleText('red', problem)),
  ];
}

/** Green when all is shown, red when something fails or is not even documented, plain in between. */
function tableRow({ operation, resource, behaviours }: OperationFidelity, width: number): string {
  const name = operation.padEnd(width);
  if (resource === undefined) return styleText('red', `${name}  no catalogue`);
  const documented = behaviours.length;
  const covered = documented - countOf(behaviours, 'uncovered');
  const passing = countOf(behaviours, 'passes');
  const numbers = `${String(documented).padStart(10)}  ${String(covered).padStart(7)}  ${String(passing).padStart(7)}`;
  const line = `${name}  ${numbers}`;
  if (passing < covered) return styleText('red', line);
  return passing === documented ? styleText('green', line) : line;
}
