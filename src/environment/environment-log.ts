import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import type { LogSink, LogStreamWriter } from '../model/log-sink.ts';
import type { ExtensionFacts } from './extensions-api/extension.ts';
import type { InitializationType } from './initialization-type.ts';
import { cutEvent, LARGEST_EVENT_BYTES, LineSplitter } from './line-splitter.ts';
import { LogTail } from './log-tail.ts';
import {
  endLine,
  extensionLine,
  initReportLine,
  initStartLine,
  reportLine,
  startLine,
} from './system-lines.ts';
import type { LineFailure, ReportFacts, RuntimeIdentity } from './system-lines.ts';
import * as records from './system-records.ts';

/** One execution environment's log stream: the function's lines and the platform's own, in the order they happened. */
export class EnvironmentLog {
  readonly streamName: string;
  readonly #writer: LogStreamWriter;
  readonly #version: FunctionVersion;
  readonly #type: InitializationType;
  readonly #clock: Clock;
  readonly #output: LineSplitter;
  readonly #isJson: boolean;
  #tail: LogTail | undefined;

  /** @param suffix 32 hex digits, the environment's own */
  constructor(
    version: FunctionVersion,
    initializationType: InitializationType,
    sink: LogSink,
    clock: Clock,
    suffix: string,
  ) {
    const { accountId, region, logGroup } = version;
    this.streamName = logStreamName(version, clock.now(), suffix);
    this.#writer = sink.openStream({ accountId, region, group: logGroup, stream: this.streamName });
    this.#version = version;
    this.#type = initializationType;
    this.#clock = clock;
    this.#isJson = version.logFormat === 'JSON';
    this.#output = new LineSplitter((line) => this.#append(line));
  }

  /** A log event that came as one. */
  event(message: string): void {
    // A string of that many UTF-16 units may be over the limit in bytes; a shorter one of ASCII, the usual case, is not.
    const mayBeLarge = message.length > LARGEST_EVENT_BYTES / 3;
    this.#append(mayBeLarge ? cutEvent(Buffer.from(message)) : message);
  }

  /** Bytes of the process's standard output and error. */
  output(chunk: Buffer): void {
    this.#output.push(chunk);
  }

  /** Ends a line the function left without a line feed. */
  flushOutput(): void {
    this.#output.flush();
  }

  initStart(runtime: RuntimeIdentity): void {
    const { name, version } = this.#version;
    if (this.#isJson) this.#record(records.initStartRecord(this.#type, runtime, name, version));
    else this.#append(initStartLine(runtime));
  }

  initDone(durationMs: number, phase: 'init' | 'invoke', failure: LineFailure | undefined): void {
    if (this.#isJson) {
      this.#record(records.initRuntimeDoneRecord(this.#type, phase, failure));
      this.#record(records.initReportRecord(this.#type, durationMs, phase, failure));
    } else if (failure !== undefined || this.#type !== 'on-demand') {
      this.#append(initReportLine(durationMs, phase, failure));
    }
  }

  extension(facts: ExtensionFacts): void {
    if (this.#isJson) this.#record(records.extensionRecord(facts));
    else this.#append(extensionLine(facts));
  }

  start(requestId: string, wantsTail: boolean): void {
    if (wantsTail) this.#tail = new LogTail();
    if (this.#isJson) this.#record(records.startRecord(requestId, this.#version.version));
    else this.#append(startLine(requestId, this.#version.version));
  }

  /**
   * Ends an invocation's log. Returns its tail when `start` was told to keep one.
   * @param handlerFailure the handler's own error, which only the JSON format shows
   */
  report(
    facts: ReportFacts,
    handlerFailure: LineFailure | undefined,
    producedBytes: number,
  ): Uint8Array | undefined {
    this.#output.flush();
    if (this.#isJson) {
      const shown = { ...facts, failure: facts.failure ?? handlerFailure };
      this.#record(records.runtimeDoneRecord(shown, producedBytes));
      this.#record(records.reportRecord(shown));
    } else {
      this.#append(endLine(facts.requestId));
      this.#append(reportLine(facts));
    }
    const tail = this.#tail?.take();
    this.#tail = undefined;
    return tail;
  }

  close(): void {
    this.#output.flush();
    this.#writer.close();
  }

  #record(record: records.SystemRecord): void {
    if (!records.isLogged(record, this.#version.systemLogLevel)) return;
    this.#append(records.recordText(record, this.#clock.now()));
  }

  #append(message: string): void {
    this.#writer.append(this.#clock.now(), message);
    this.#tail?.add(message);
  }
}

/** `YYYY/MM/DD/[<version>]<32 hex>`; in a group of another name the function's name stands before the version. */
export function logStreamName(version: FunctionVersion, nowMs: number, suffix: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const owner = version.logGroup === `/aws/lambda/${version.name}` ? '' : version.name;
  return `${day}/${owner}[${version.version}]${suffix}`;
}
