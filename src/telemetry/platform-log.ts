import { stderr } from 'node:process';
import { styleText } from 'node:util';
import { pino } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** The platform's own log: what operators read. Function logs go to CloudWatch Logs, never here. */
export interface PlatformLog {
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** JSON lines for machines, short plain lines for people; both on standard error. */
export function createPlatformLog(options: { level: LogLevel; json: boolean }): PlatformLog {
  return options.json ? jsonLog(options.level) : plainLog(options.level);
}

function jsonLog(level: LogLevel): PlatformLog {
  const log = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  return {
    error: (message, details = {}) => log.error(details, message),
    warn: (message, details = {}) => log.warn(details, message),
    info: (message, details = {}) => log.info(details, message),
    debug: (message, details = {}) => log.debug(details, message),
  };
}

const RANKS = { silent: 0, error: 1, warn: 2, info: 3, debug: 4 } as const;
const COLOURS = { error: 'red', warn: 'yellow', info: 'cyan', debug: 'gray' } as const;

function plainLog(level: LogLevel): PlatformLog {
  const writer =
    (name: keyof typeof COLOURS) => (message: string, details?: Readonly<Record<string, unknown>>) => {
      if (RANKS[name] > RANKS[level]) return;
      const label = styleText(COLOURS[name], name, { stream: stderr });
      const rest = details === undefined ? '' : ` ${JSON.stringify(details)}`;
      stderr.write(`${label} ${message}${rest}\n`);
    };
  return { error: writer('error'), warn: writer('warn'), info: writer('info'), debug: writer('debug') };
}
