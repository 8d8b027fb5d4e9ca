import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One measured ratio. `ours` and `baseline` are medians in `unit`, taken in turn in the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  /** What the ratio should be, as text, e.g. `>= 0.5`; empty where nothing is promised. */
  readonly goal: string;
}

export function met(row: Row): boolean | undefined {
  const bound = /^(>=|<=) ([\d.]+)$/.exec(row.goal);
  if (bound === null) return undefined;
  return bound[1] === '>=' ? row.ratio >= Number(bound[2]) : row.ratio <= Number(bound[2]);
}

/** A line for each figure, where a program reads. */
export function printLines(rows: readonly Row[]): void {
  for (const row of rows) console.log(lineOf(row));
}

function lineOf(row: Row): string {
  const { name, unit, ours, baseline, ratio, goal } = row;
  const promised = goal === '' ? '' : `, goal ${goal} ${verdict(row)}`;
  const figure = (value: number): string => `${value.toFixed(1)}${unit === '' ? '' : ` ${unit}`}`;
  return `${name}: ${figure(ours)}, baseline ${figure(baseline)}, ratio ${ratio.toFixed(2)}${promised}`;
}

function verdict(row: Row): string {
  return { true: 'met', false: 'MISSED', undefined: '' }[String(met(row))] ?? '';
}

/** Columns, for people. */
export function printTable(rows: readonly Row[]): void {
  const lines = [
    ['benchmark', 'ours', 'baseline', 'unit', 'ratio', 'goal', ''],
    ...rows.map((row) => [
      row.name,
      row.ours.toFixed(1),
      row.baseline.toFixed(1),
      row.unit,
      row.ratio.toFixed(2),
      row.goal,
      verdict(row),
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Writes the run as JSON; returns the file's path. */
export function writeJson(run: Readonly<Record<string, unknown>>): string {
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'latest.json');
  writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
  return file;
}
