import type { Config } from '../config.ts';

/** Where this Lambent is reached; the port is known once it listens. */
export class Address {
  readonly #config: Config;
  port: number;

  constructor(config: Config) {
    this.#config = config;
    this.port = config.port;
  }

  /** As functions on this machine reach it. */
  local(): string {
    const everywhere = ['0.0.0.0', '::', 'localhost'].includes(this.#config.host);
    return this.#url(everywhere ? '127.0.0.1' : this.#config.host);
  }

  /** As functions reach it that have a loopback of their own. */
  inside(): string {
    return this.#url('127.0.0.1');
  }

  /** As people are told. */
  shown(): string {
    const here = ['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(this.#config.host);
    return this.#url(here ? 'localhost' : this.#config.host);
  }

  #url(host: string): string {
    const scheme = this.#config.tlsCert === undefined ? 'http' : 'https';
    // An IPv6 address needs brackets, or its colons would end it.
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }
}
