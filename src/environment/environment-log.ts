import type { Clock } from '../model/clock.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import type { LogSink, LogStreamWriter } from '../model/log-sink.ts';
import { ApplicationLogLevel } from './application-log-level.ts';
import type { ExtensionFacts } from './extensions-api/extension.ts';
import { FramedRecords } from './framed-records.ts';
import type { InitializationType } from './initialization-type.ts';
import { cutEvent, LARGEST_EVENT_BYTES, LineSplitter } from './line-splitter.ts';
import { logStreamName } from './log-stream-name.ts';
import { LogTails } from './log-tail.ts';
import * as lines from './system-lines.ts';
import type { LineFailure, ReportFacts, RuntimeDoneFacts, RuntimeIdentity } from './system-lines.ts';
import type { OutputPace } from './output-pace.ts';
import * as records from './system-records.ts';
import type { EnvironmentTelemetry } from './telemetry-api/environment-telemetry.ts';
import type { DroppedTelemetry, SubscriptionFacts } from './telemetry-api/telemetry-event.ts';

export interface EnvironmentLogParts {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly sink: LogSink;
  readonly clock: Clock;
  /** 32 hex digits, the environment's own. */
  readonly suffix: string;
  readonly telemetry: EnvironmentTelemetry;
  readonly pace: OutputPace;
}

/**
 * One execution environment's log: the function's lines, the extensions' and the platform's own, in the order they
 * happened. All of it goes to the log stream, and to extensions that subscribed; those get every platform event as a
 * record, whatever the function's log format and level.
 */
export class EnvironmentLog {
  readonly streamName: string;
  readonly #writer: LogStreamWriter;
  readonly #version: FunctionVersion;
  readonly #type: InitializationType;
  readonly #clock: Clock;
  readonly #output: LineSplitter;
  #records: FramedRecords | undefined;
  readonly #isJson: boolean;
  readonly #level: ApplicationLogLevel;
  readonly #telemetry: EnvironmentTelemetry;
  readonly #pace: OutputPace;
  #phase: records.InitPhase | 'restore' = 'init';
  #isRuntimeReady = false;
  readonly #tails: LogTails;

  constructor(parts: EnvironmentLogParts) {
    const { version, initializationType, sink, clock, suffix, telemetry, pace } = parts;
    const { accountId, region, logGroup } = version;
    this.streamName = logStreamName(version, clock.now(), suffix);
    this.#writer = sink.openStream({ accountId, region, group: logGroup, stream: this.streamName });
    this.#version = version;
    this.#type = initializationType;
    this.#clock = clock;
    this.#isJson = version.logFormat === 'JSON';
    this.#level = new ApplicationLogLevel(version.logFormat, version.applicationLogLevel);
    this.#output = new LineSplitter((line) => this.#line('function', line));
    this.#telemetry = telemetry;
    this.#tails = new LogTails(version.maxConcurrency !== undefined);
    this.#pace = pace;
  }

  /** Somebody reads platform events as records; otherwise there are only the lines of the text format. */
  get wantsRecords(): boolean {
    return this.#isJson || this.#telemetry.isWanted;
  }

  /** A log event of the function that came as one. */
  event(message: string): void {
    this.#pace.addBytes(message.length);
    // A string of that many UTF-16 units may be over the limit in bytes; a shorter one of ASCII, the usual case, is not.
    const mayBeLarge = message.length > LARGEST_EVENT_BYTES / 3;
    this.#line('function', mayBeLarge ? cutEvent(Buffer.from(message)) : message);
  }

  /** A line that an extension printed. */
  extensionLine(line: string): void {
    this.#line('extension', line);
  }

  /** Something the platform has to say about the function in words of its own. */
  notice(text: string): void {
    this.#append(text);
  }

  /** Bytes of the process's standard output and error. */
  output(chunk: Buffer): void {
    this.#pace.addBytes(chunk.length);
    this.#output.push(chunk);
  }

  /** Bytes of log records: each is one event, in order with those of the output only as far as they are read in turn. */
  records(chunk: Buffer): void {
    this.#pace.addBytes(chunk.length);
    this.#records ??= new FramedRecords({
      onRecord: (message, level) => this.#line('function', cutEvent(message), level),
      onText: (bytes) => this.#output.push(bytes),
    });
    this.#records.push(chunk);
  }

  initStart(runtime: RuntimeIdentity, phase: records.InitPhase): void {
    this.#phase = phase;
    // What a process before this one has begun is not continued.
    this.#records = undefined;
    this.#isRuntimeReady = false;
    this.#telemetry.begin();
    this.#record(records.initStartRecord(this.#type, phase, this.#instance(runtime)));
    // The text format has no second line for a second Init.
    if (!this.#isJson && phase === 'init') this.#append(lines.initStartLine(runtime));
  }

  /** The runtime has initialised, or is restored; extensions may not be. */
  runtimeReady(failure?: LineFailure): void {
    if (this.#isRuntimeReady) return;
    this.#isRuntimeReady = true;
    this.#record(records.runtimeReadyRecord(this.#type, this.#phase, failure));
  }

  initDone(durationMs: number, phase: records.InitPhase, failure: LineFailure | undefined): void {
    this.runtimeReady(failure);
    this.#record(records.initReportRecord(this.#type, durationMs, phase, failure));
    if (!this.#isJson && (failure !== undefined || this.#type !== 'on-demand')) {
      this.#append(lines.initReportLine(durationMs, phase, failure));
    }
    this.#telemetry.settle();
  }

  restoreStart(runtime: RuntimeIdentity): void {
    this.#phase = 'restore';
    this.#isRuntimeReady = false;
    this.#record(records.restoreStartRecord(this.#instance(runtime)));
    if (!this.#isJson) this.#append(lines.restoreStartLine(runtime));
  }

  restoreDone(durationMs: number, failure: LineFailure | undefined): void {
    this.#output.flush();
    this.runtimeReady(failure);
    this.#record(records.restoreReportRecord(durationMs, failure));
    if (!this.#isJson) this.#append(lines.restoreReportLine(durationMs, failure));
  }

  extension(facts: ExtensionFacts): void {
    this.#record(records.extensionRecord(facts));
    if (!this.#isJson) this.#append(lines.extensionLine(facts));
  }

  subscription(facts: SubscriptionFacts): void {
    this.#record(records.subscriptionRecord(facts));
    if (!this.#isJson) this.#append(lines.subscriptionLine(facts));
  }

  /** An extension did not get everything. It is told by itself; the text format has no line for it. */
  telemetryDropped(dropped: DroppedTelemetry): void {
    this.#keepRecord(records.logsDroppedRecord(dropped));
  }

  start(requestId: string, traceId: string, wantsTail: boolean): void {
    if (wantsTail) this.#tails.begin(requestId);
    if (this.wantsRecords) this.#record(records.startRecord(requestId, this.#version, traceId));
    if (!this.#isJson) this.#append(lines.startLine(requestId, this.#version.version));
  }

  /** The runtime is done with an invocation; call only while somebody wants records. */
  runtimeDone(facts: RuntimeDoneFacts): void {
    this.#output.flush();
    this.#record(records.runtimeDoneRecord(facts, this.#version));
  }

  /**
   * Ends an invocation's log. Returns its tail when `start` was told to keep one.
   * @param handlerFailure the handler's own error, which only records show
   */
  report(facts: ReportFacts, handlerFailure: LineFailure | undefined): Uint8Array | undefined {
    this.#output.flush();
    if (this.#telemetry.isWanted) this.#tellEnd(facts);
    if (this.wantsRecords) this.#record(this.#report(facts, handlerFailure));
    if (!this.#isJson) {
      const nowMs = this.#clock.now();
      this.#append(lines.endLine(facts.requestId), nowMs);
      this.#append(lines.reportLine(facts), nowMs);
    }
    return this.#tails.isEmpty ? undefined : this.#tails.end(facts.requestId);
  }

  /** The same on a managed instance, where nothing else tells that the runtime is done. */
  reportShared(facts: RuntimeDoneFacts): Uint8Array | undefined {
    this.#output.flush();
    this.#record(records.sharedReportRecord(facts));
    return this.#tails.isEmpty ? undefined : this.#tails.end(facts.requestId);
  }

  /** The tail as it would be if the invocation ended now, for a caller who is not kept waiting until it does. */
  tailAhead(facts: ReportFacts, handlerFailure: LineFailure | undefined): Uint8Array | undefined {
    this.#output.flush();
    if (!this.#isJson)
      return this.#tails.end(facts.requestId, [lines.endLine(facts.requestId), lines.reportLine(facts)]);
    const record = this.#report(facts, handlerFailure);
    if (!records.isLogged(record, this.#version.systemLogLevel)) return this.#tails.end(facts.requestId);
    return this.#tails.end(facts.requestId, [records.recordText(record, this.#clock.now())]);
  }

  close(): void {
    this.#output.flush();
    this.#writer.close();
  }

  #report(facts: ReportFacts, handlerFailure: LineFailure | undefined): records.SystemRecord {
    return records.reportRecord({ ...facts, failure: facts.failure ?? handlerFailure }, this.#version);
  }

  #instance(runtime: RuntimeIdentity): records.InstanceFacts {
    return { runtime, version: this.#version, logStream: this.streamName };
  }

  /** Events that only the Logs API has. */
  #tellEnd({ requestId, failure }: ReportFacts): void {
    if (failure !== undefined) {
      this.#telemetry.publish('platform', 'platform.fault', lines.faultLine(requestId, failure));
    }
    this.#telemetry.publish('platform', 'platform.end', { requestId });
  }

  #record(record: records.SystemRecord): void {
    if (this.#telemetry.isWanted) this.#telemetry.publish('platform', record.type, record.record);
    this.#keepRecord(record);
  }

  #keepRecord(record: records.SystemRecord): void {
    if (!this.#isJson || !records.isLogged(record, this.#version.systemLogLevel)) return;
    this.#append(records.recordText(record, this.#clock.now()));
  }

  #line(stream: 'function' | 'extension', line: string, level?: string): void {
    this.#pace.addLine();
    if (stream === 'extension' || this.#level.keeps(line, level))
      this.#append(line, this.#clock.now(), false);
    if (this.#telemetry.isWanted) this.#telemetry.publish(stream, stream, line);
  }

  #append(message: string, nowMs = this.#clock.now(), isPlatforms = true): void {
    this.#writer.append(nowMs, message, isPlatforms);
    if (!this.#tails.isEmpty) this.#tails.add(message);
  }
}
