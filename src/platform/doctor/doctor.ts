import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, parseConfig } from '../../config.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkKernel } from './check-kernel.ts';
import { checkPrograms } from './check-programs.ts';
import { checkResources } from './check-resources.ts';
import { checkRuntimes } from './check-runtimes.ts';
import type { Finding } from './finding.ts';
import { formatFindings } from './print-findings.ts';

const HELP = `Usage: lambent doctor [flags of lambent start]

Says what this machine can do for functions, and what to install or allow: isolation levels, limits, network, runtimes,
room. It needs no running Lambent, and takes a few seconds.

  --json  one object for programs: {isolation, findings: [{area, name, state, says, remedy}]}`;

/** @returns what to print @throws ConfigError as `lambent start` does */
export async function examine(argv: readonly string[]): Promise<string> {
  if (argv.includes('--help') || argv.includes('-h')) return `${HELP}\n`;
  const config = parseConfig(argv, process.env, process.cwd());
  const findings = await allFindings(config);
  if (!config.json) return formatFindings(findings, process.stdout.isTTY);
  return `${JSON.stringify({ isolation: levelOf(findings), findings })}\n`;
}

async function allFindings(config: Config): Promise<Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-doctor-'));
  try {
    const [isolation, runtimes, resources] = await Promise.all([
      checkIsolation(config, directory),
      checkRuntimes(config, directory),
      checkResources(config),
    ]);
    return [...isolation, ...checkKernel(), ...checkPrograms(), ...runtimes, ...resources];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What `--isolation auto` comes to. */
function levelOf(findings: readonly Finding[]): 'namespace' | 'process' {
  const works = findings.some(
    ({ area, name, state }) => area === 'isolation' && name === 'namespace' && state === 'ok',
  );
  return works ? 'namespace' : 'process';
}
