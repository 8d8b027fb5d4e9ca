import { styleText } from 'node:util';
import { ConfigError, parseConfig } from './config.ts';
import { Platform } from './platform.ts';
import { backUp } from './platform/backup/backup.ts';
import { examine } from './platform/doctor/doctor.ts';
import { growEvenly } from './platform/heap-growth.ts';
import { takePrecedence } from './platform/precedence.ts';
import { ownTemporaryDirectory } from './platform/temporary-directory.ts';
import { StartError } from './platform/start-error.ts';
import { runWorker } from './platform/workers/worker-main.ts';
import { createPlatformLog, type PlatformLog } from './telemetry/platform-log.ts';

/** `lambent start`: parse, build, listen, and leave when told to. */
export async function main(argv: readonly string[]): Promise<void> {
  await orRefuse(async () => {
    const startedAt = performance.now();
    const config = parseConfig(argv, process.env, process.cwd());
    ownTemporaryDirectory();
    takePrecedence();
    growEvenly();
    const log = createPlatformLog({ level: config.logLevel, json: config.json });
    const platform = await Platform.start(config, log);
    obeySignals(platform);
    void platform.lapsed.then((reason) => leaveLapsed(platform, log, reason));
    announce(platform, config.json, Math.round(performance.now() - startedAt));
  });
}

/** `lambent doctor`: what this machine can do, and what to install. */
export async function doctor(argv: readonly string[]): Promise<void> {
  await orRefuse(async () => {
    ownTemporaryDirectory();
    process.stdout.write(await examine(argv));
  });
}

/** `lambent backup`: copies a data directory, in use or not. */
export async function backup(argv: readonly string[]): Promise<void> {
  await orRefuse(async () => void process.stdout.write(await backUp(argv)));
}

/** The life of a process that `lambent start --workers` starts; for nobody else. */
export async function worker(): Promise<void> {
  await orRefuse(async () => {
    growEvenly();
    runWorker();
  });
}

/** Says in one line what keeps a command from its work. */
async function orRefuse(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
    if (error instanceof ConfigError && error.exitCode === 0) {
      process.stdout.write(`${error.message}\n`);
      return;
    }
    process.stderr.write(`${styleText('red', 'lambent:', { stream: process.stderr })} ${error.message}\n`);
    process.exit(1);
  }
}

function announce(platform: Platform, json: boolean, tookMs: number): void {
  const { endpoint, isolation, isolationReason, storeName } = platform;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ status: 'running', endpoint, isolation, isolationReason, store: storeName, tookMs })}\n`,
    );
    return;
  }
  const name = styleText(['bold', 'green'], 'Lambent', { stream: process.stdout });
  process.stdout.write(
    `${name} is ready on ${endpoint} in ${tookMs} ms (isolation: ${isolation}, as ${isolationReason}; store: ${storeName})\n` +
      `  try: aws --endpoint-url ${endpoint} lambda list-functions\n`,
  );
}

/** What it knows is no longer true, and whoever started it starts it anew. */
async function leaveLapsed(platform: Platform, log: PlatformLog, reason: string): Promise<void> {
  log.error(`This platform ends, since it has to read everything anew: ${reason}. Start it again.`);
  await platform.stop().catch(() => undefined);
  process.exit(1);
}

/** One signal may arrive twice within this time: from a terminal or a supervisor to the whole group, and from npm. */
const SAME_SIGNAL_MS = 100;

/** The first SIGTERM or SIGINT lets running invocations finish; the second leaves at once. */
function obeySignals(platform: Platform): void {
  let leavingSince: number | undefined;
  const leave = (): void => {
    const now = performance.now();
    if (leavingSince !== undefined) {
      if (now - leavingSince < SAME_SIGNAL_MS) return;
      process.exit(1);
    }
    leavingSince = now;
    platform.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`lambent: stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}
