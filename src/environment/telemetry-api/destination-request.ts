/** Where a subscriber listens, inside its own environment. */
export type TelemetryDestination =
  | {
      readonly protocol: 'HTTP';
      readonly port: number;
      readonly path: string;
      readonly method: 'POST' | 'PUT';
    }
  | { readonly protocol: 'TCP'; readonly port: number };

/** The second name is the one that older examples have. */
const HOSTS: ReadonlySet<string> = new Set(['sandbox.localdomain', 'sandbox']);
/** Of the Runtime API on AWS. */
const RESERVED_PORT = 9001;
const LARGEST_PORT = 65_535;

/** @param problems what is wrong is added to it, in AWS's words where they are known */
export function parseDestination(value: unknown, problems: string[]): TelemetryDestination | undefined {
  const { protocol, URI, port, method, encoding } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (encoding !== undefined && encoding !== 'JSON') problems.push('encoding should be JSON');
  if (protocol === 'TCP') return tcpDestination(port, problems);
  if (protocol === 'HTTP') return httpDestination(URI, method ?? 'POST', problems);
  problems.push('destination protocol should be HTTP or TCP');
  return undefined;
}

function tcpDestination(port: unknown, problems: string[]): TelemetryDestination | undefined {
  if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > LARGEST_PORT) {
    problems.push(`port should be between 1 and ${LARGEST_PORT}`);
    return undefined;
  }
  return isReserved(Number(port), problems) ? undefined : { protocol: 'TCP', port: Number(port) };
}

function httpDestination(
  uri: unknown,
  method: unknown,
  problems: string[],
): TelemetryDestination | undefined {
  const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : undefined;
  if (method !== 'POST' && method !== 'PUT') problems.push('method should be POST or PUT');
  if (url === undefined) problems.push('URI is not valid');
  else if (url.protocol !== 'http:') problems.push("Only 'http' scheme is supported.");
  else if (!HOSTS.has(url.hostname)) problems.push("Only 'sandbox.localdomain' hostname is supported.");
  // A URL that names the default port of its scheme does not show it.
  else if (url.port === '' && !/^http:\/\/[^/]+:80(\/|$)/.test(String(uri))) {
    problems.push('URI port is not provided');
  } else if (!isReserved(Number(url.port || 80), problems)) {
    const path = url.pathname + url.search;
    return {
      protocol: 'HTTP',
      port: Number(url.port || 80),
      path,
      method: method === 'PUT' ? 'PUT' : 'POST',
    };
  }
  return undefined;
}

function isReserved(port: number, problems: string[]): boolean {
  if (port === RESERVED_PORT) problems.push(`port ${RESERVED_PORT} is reserved`);
  return port === RESERVED_PORT;
}
