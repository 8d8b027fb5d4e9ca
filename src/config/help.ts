import { flagOf, options, variableOf } from './options.ts';

/** The text of `lambent start --help`. */
export function startHelp(): string {
  const flags = options
    .filter((option) => !option.noFlag)
    .map((option): [string, string] => [
      option.argument === undefined ? flagOf(option.name) : `${flagOf(option.name)} ${option.argument}`,
      option.help,
    ]);
  const rows: [string, string][] = [
    ...flags,
    ['--config FILE', 'settings from this file (lambent.config.json or .yaml in the working folder)'],
    ['-h, --help', 'this text'],
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  const variables = options
    .filter((option) => option.noFlag)
    .map(({ name, help }) => `  ${variableOf(name)}  ${help}`);
  return [
    'Usage: lambent start [flags]',
    '',
    'Starts Lambent: AWS Lambda on this machine, behind one endpoint.',
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'Every flag is also a variable (--data-dir is LAMBENT_DATA_DIR) and a key of the configuration file (dataDir).',
    'A flag counts more than a variable, a variable more than the file. --no-ephemeral turns a switch off.',
    'Only as a variable or in the file:',
    ...variables,
  ].join('\n');
}
