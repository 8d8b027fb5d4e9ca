import { STATUS_CODES } from 'node:http';
import { departWithOthers } from './fast-lane-departures.ts';

/** What HTTP allows as a header's name. */
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;

/** What an answer needs of a connection. */
export interface AnswerSink {
  /** @param body sent as it is; text one byte for each character */
  answer(head: string, body: string | Uint8Array): void;
  abandon(): unknown;
}

/** The answer to a whole request: the few members of `ServerResponse` an answer that is whole as well has use for. */
export interface WholeResponse {
  /** The connection is gone. */
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  /** @throws Error, before anything is sent, for a header that would end the head early, as node:http does */
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body?: string | Uint8Array, encoding?: 'latin1'): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export class LaneResponse implements WholeResponse {
  readonly #sink: AnswerSink;
  #head = '';
  #body: string | Uint8Array = '';
  #listeners: (() => void)[] | undefined;
  destroyed = false;
  writableFinished = false;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    let head = statusLine(status);
    let index = 0;
    for (const name in headers) {
      head += lineAt(index, name, headers[name] ?? '');
      index += 1;
    }
    this.#head = head;
  }

  end(body: string | Uint8Array = '', encoding?: 'latin1'): void {
    if (this.destroyed || this.writableFinished) return;
    this.writableFinished = true;
    const isOtherText = typeof body === 'string' && encoding === undefined && body !== '';
    this.#body = isOtherText ? Buffer.from(body) : body;
    departWithOthers(this);
  }

  /** Its turn to leave has come. */
  depart(): void {
    if (!this.destroyed) this.#sink.answer(this.#head, this.#body);
  }

  destroy(): void {
    this.#sink.abandon();
  }

  once(_event: 'close', listener: () => void): void {
    (this.#listeners ??= []).push(listener);
  }

  /** The connection is gone, before the answer was sent or after. */
  closed(): void {
    this.destroyed = true;
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = undefined;
  }
}

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  const known = statusLines.get(status);
  if (known !== undefined) return known;
  if (!Number.isInteger(status) || status < 200 || status > 999) throw new RangeError(`Status ${status}`);
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  statusLines.set(status, line);
  return line;
}

const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Names that were found fit; answers have the same few. */
const fitNames = new Set<string>();
const MOST_NAMES = 500;

interface Line {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

/** The last answer's, by their places: most are the next one's too, and were found fit. */
const lastLines: Line[] = [];
/** Longer values are not kept. */
const LONGEST_KEPT = 200;
const MOST_LINES = 10;

function lineAt(index: number, name: string, value: string): string {
  const last = lastLines[index];
  if (last !== undefined && last.name === name && last.value === value) return last.text;
  const text = headerLine(name, value);
  if (index < MOST_LINES && text.length <= LONGEST_KEPT) lastLines[index] = { name, value, text };
  return text;
}

function headerLine(name: string, value: string): string {
  if (!fitNames.has(name)) {
    if (!TOKEN.test(name)) throw new TypeError(`Invalid header ${JSON.stringify(name)}`);
    if (fitNames.size < MOST_NAMES) fitNames.add(name);
  }
  if (NO_VALUE.test(value)) throw new TypeError(`Invalid value of header ${JSON.stringify(name)}`);
  return `${name}: ${value}\r\n`;
}
