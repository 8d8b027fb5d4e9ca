import { ServiceError } from '../../model/service-error.ts';

/** A form with a file, read as far as where the file begins. */
export interface MultipartForm {
  /** By name in lower case: the first of each. */
  readonly fields: ReadonlyMap<string, string>;
  /** Undefined: there is none. */
  readonly file: FormFile | undefined;
}

export interface FormFile {
  readonly name: string;
  /** To be read once. Throws ServiceError MalformedPOSTRequest when the form ends within it. */
  readonly content: AsyncIterable<Uint8Array>;
}

interface PartHead {
  readonly name: string;
  readonly fileName: string | undefined;
}

/** What AWS takes before the file, bytes. */
const MOST_BEFORE_FILE = 20 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Reads a multipart/form-data body up to the part called `file`; what follows the file is left out.
 * @throws ServiceError MalformedPOSTRequest, MaxPostPreDataLengthExceeded
 */
export async function readForm(source: AsyncIterable<Uint8Array>, boundary: string): Promise<MultipartForm> {
  const reader = new Reader(source);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter has no line before it.
  reader.unread(Buffer.from('\r\n'));
  await reader.until(delimiter);
  const fields = new Map<string, string>();
  while (await reader.hasNextPart()) {
    const head = partHead((await reader.until(HEAD_END)).toString('utf8'));
    if (head.name.toLowerCase() === 'file')
      return { fields, file: { name: head.fileName ?? '', content: reader.stream(delimiter) } };
    const value = await reader.until(delimiter);
    const name = head.name.toLowerCase();
    if (!fields.has(name)) fields.set(name, value.toString('utf8'));
  }
  return { fields, file: undefined };
}

/** The boundary of a form's content type; undefined for other types. */
export function formBoundary(contentType: string | undefined): string | undefined {
  if (contentType?.toLowerCase().startsWith('multipart/form-data') !== true) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

function partHead(text: string): PartHead {
  const line = text.split('\r\n').find((each) => /^content-disposition:/i.test(each)) ?? '';
  const name = parameterOf(line, 'name');
  if (name === undefined) throw malformed();
  return { name, fileName: parameterOf(line, 'filename') };
}

function parameterOf(line: string, name: string): string | undefined {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(line) ?? [];
  return quoted?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"') ?? plain;
}

/** Bytes as they come, of which what was read is let go. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  unread(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  /** What stands before the mark; the reader is behind it then. */
  async until(mark: Buffer): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const at = this.#held.indexOf(mark, from);
      if (this.#taken + Math.max(at, 0) > MOST_BEFORE_FILE) throw tooMuch();
      if (at >= 0) {
        const found = this.#held.subarray(0, at);
        this.#drop(at + mark.length);
        return found;
      }
      from = Math.max(0, this.#held.length - mark.length + 1);
      if (this.#taken + this.#held.length > MOST_BEFORE_FILE) throw tooMuch();
      if (!(await this.#more())) throw malformed();
    }
  }

  /** Behind a delimiter: whether a part follows, or the form ends. */
  async hasNextPart(): Promise<boolean> {
    while (this.#held.length < 2) if (!(await this.#more())) throw malformed();
    const next = this.#held.subarray(0, 2).toString('latin1');
    this.#drop(2);
    if (next !== '\r\n' && next !== '--') throw malformed();
    return next === '\r\n';
  }

  async *stream(mark: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        if (at > 0) yield this.#held.subarray(0, at);
        await this.#discard();
        return;
      }
      // The mark may have begun at the end of what is here.
      const certain = this.#held.length - mark.length + 1;
      if (certain > 0) {
        yield this.#held.subarray(0, certain);
        this.#drop(certain);
      }
      if (!(await this.#more())) throw malformed();
    }
  }

  /** A client that is still writing would not read its answer. */
  async #discard(): Promise<void> {
    this.#held = Buffer.alloc(0);
    while ((await this.#chunks.next()).done !== true);
  }

  #drop(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
    this.#taken += bytes;
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
    return true;
  }
}

function malformed(): ServiceError {
  return new ServiceError(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );
}

function tooMuch(): ServiceError {
  return new ServiceError(
    'MaxPostPreDataLengthExceeded',
    'Your POST request fields preceeding the upload file were too large.',
  );
}
