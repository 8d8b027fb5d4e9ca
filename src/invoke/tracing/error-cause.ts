/** One exception, as a segment shows it. */
export interface TracedException {
  readonly id: string;
  readonly message: string;
  readonly type: string;
  readonly remote?: boolean;
  readonly truncated?: number;
  readonly stack?: readonly StackFrame[];
}

export interface StackFrame {
  readonly path?: string;
  readonly line?: number;
  readonly label?: string;
}

export interface ErrorCause {
  readonly working_directory?: string;
  readonly paths?: readonly string[];
  readonly exceptions: readonly TracedException[];
}

/** A segment is a document of 64 kB at most. */
const MOST_FRAMES = 50;
const LONGEST_TEXT = 2_000;
/** Of what a runtime itself describes. */
const LONGEST_CAUSE = 32_768;

const NODE_FRAME = /^\s*at (?:(.+?) \()?(.+?):(\d+)(?::\d+)?\)?$/;
const PYTHON_FRAME = /^\s*File "(.+?)", line (\d+), in ([^\n]+)/;

/** What a runtime says X-Ray should show of an error; undefined where that is no such description. */
export function describedCause(json: string | undefined, newId: () => string): ErrorCause | undefined {
  if (json === undefined || json.length > LONGEST_CAUSE) return undefined;
  const described = parsed(json);
  const { working_directory: directory, paths, exceptions } = described;
  if (!Array.isArray(exceptions)) return undefined;
  return {
    ...(typeof directory === 'string' && { working_directory: directory }),
    ...(Array.isArray(paths) && { paths: paths.filter((path) => typeof path === 'string') }),
    exceptions: exceptions.filter(isObject).map((exception) => ({
      ...exception,
      id: newId(),
      message: text(exception['message']),
      type: text(exception['type']),
    })),
  };
}

/** The same from the error that the caller gets: `{errorType, errorMessage, trace | stackTrace}`. */
export function causeOfPayload(payload: Uint8Array, newId: () => string): ErrorCause {
  const { errorMessage, errorType, trace, stackTrace } = parsed(Buffer.from(payload).toString());
  const lines = Array.isArray(trace) ? trace : Array.isArray(stackTrace) ? stackTrace : [];
  const frames = lines.flatMap(frameOf);
  return {
    exceptions: [
      {
        id: newId(),
        message: text(errorMessage),
        type: text(errorType),
        stack: frames.slice(0, MOST_FRAMES),
        ...(frames.length > MOST_FRAMES && { truncated: frames.length - MOST_FRAMES }),
      },
    ],
  };
}

function frameOf(line: unknown): StackFrame[] {
  if (typeof line !== 'string') return [];
  const node = NODE_FRAME.exec(line);
  if (node !== null) {
    const [, label = 'anonymous', path = '', number] = node;
    return [{ path, line: Number(number), label }];
  }
  const [, path, number, label] = PYTHON_FRAME.exec(line) ?? [];
  return path === undefined ? [] : [{ path, line: Number(number), label: label ?? '' }];
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : '';
}
