import type { IncomingHttpHeaders } from 'node:http';

/** The headers of a signed request, whatever form they are in. */
export interface SignedHeaders {
  /** By name in lower case; several values joined as they were signed. */
  header(name: string): string | undefined;
  /** A header of the family `x-amz-` that is not among these; undefined when all are. */
  amzNameBeside(names: readonly string[]): string | undefined;
}

export function signedHeaders(headers: IncomingHttpHeaders | SignedHeaders): SignedHeaders {
  return isSigned(headers) ? headers : new PlainHeaders(headers);
}

function isSigned(headers: IncomingHttpHeaders | SignedHeaders): headers is SignedHeaders {
  // Values are never functions.
  return typeof headers['header'] === 'function';
}

class PlainHeaders implements SignedHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  header(name: string): string | undefined {
    // HTTP/2 sends the host under another name.
    const value = this.#headers[name] ?? (name === 'host' ? this.#headers[':authority'] : undefined);
    if (typeof value === 'string') return value;
    return Array.isArray(value) ? value.join(',') : undefined;
  }

  amzNameBeside(names: readonly string[]): string | undefined {
    for (const name in this.#headers) {
      if (name.startsWith('x-amz-') && !names.includes(name)) return name;
    }
    return undefined;
  }
}
