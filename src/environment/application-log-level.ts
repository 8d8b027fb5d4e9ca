const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
/** As loggers of some languages call them. */
const OTHER_NAMES: Readonly<Record<string, string>> = { WARNING: 'WARN', CRITICAL: 'FATAL' };
const INFO = LEVELS.indexOf('INFO');
/** RFC 3339 */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Which of a function's own log events its log keeps, in the JSON log format; in text it keeps all. */
export class ApplicationLogLevel {
  readonly #least: number;

  /** @param threshold the function's ApplicationLogLevel; INFO when it has none */
  constructor(logFormat: 'Text' | 'JSON', threshold: string | undefined) {
    this.#least = logFormat === 'JSON' ? LEVELS.indexOf(threshold ?? 'INFO') : 0;
  }

  /**
   * An object counts by its `level`, or as INFO without a valid one or a valid `timestamp`. Other text has no level: it
   * stays.
   * @param level where somebody has told it apart from the text
   */
  keeps(line: string, level?: string): boolean {
    if (this.#least <= 0) return true;
    if (level !== undefined) return LEVELS.indexOf(level) >= this.#least;
    if (!line.startsWith('{')) return true;
    try {
      return levelOf(JSON.parse(line) as Readonly<Record<string, unknown>>) >= this.#least;
    } catch {
      return true;
    }
  }
}

function levelOf({ level, timestamp }: Readonly<Record<string, unknown>>): number {
  if (typeof level !== 'string' || typeof timestamp !== 'string' || !TIMESTAMP.test(timestamp)) return INFO;
  const name = level.toUpperCase();
  const index = LEVELS.indexOf(OTHER_NAMES[name] ?? name);
  return index === -1 ? INFO : index;
}
