import { styleText } from 'node:util';
import type { Finding } from './finding.ts';

const LOOKS = {
  ok: { format: 'green', mark: 'yes' },
  limited: { format: 'yellow', mark: 'partly' },
  missing: { format: 'red', mark: 'no' },
} as const;

/** For a person a table with a heading for each area; in a pipe a line for each finding, tabs between. */
export function formatFindings(findings: readonly Finding[], isTerminal: boolean): string {
  if (!isTerminal) {
    const lines = findings.map(({ area, name, state, says, remedy }) =>
      [area, name, state, says, remedy ?? ''].join('\t'),
    );
    return `${lines.join('\n')}\n`;
  }
  const width = Math.max(...findings.map(({ name }) => name.length));
  const areas = [...new Set(findings.map(({ area }) => area))];
  return areas.map((area) => section(area, findings, width)).join('\n');
}

function section(area: string, findings: readonly Finding[], width: number): string {
  const rows = findings
    .filter((finding) => finding.area === area)
    .flatMap(({ name, state, says, remedy }) => {
      const { format, mark } = LOOKS[state];
      const row = `  ${name.padEnd(width)}  ${paint(format, mark.padEnd(6))}  ${says}`;
      return remedy === null ? [row] : [row, `  ${' '.repeat(width + 10)}${paint('dim', `-> ${remedy}`)}`];
    });
  return `${paint('bold', area)}\n${rows.join('\n')}\n`;
}

function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { stream: process.stdout });
}
