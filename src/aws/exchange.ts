import { randomUUID } from 'node:crypto';
import type { IssuedCredential } from '../model/identity/caller-identity.ts';
import { sendAnswer } from './answer-writer.ts';
import type { HttpResponse } from './answer-writer.ts';
import { isSignedWhole, openBody } from './body-opening.ts';
import { isUninvited } from './body-invitation.ts';
import { type Course, inputAlong, isWhole } from './course.ts';
import { serializationError } from './codecs/serialization-error.ts';
import type { EndpointParts } from './endpoint-options.ts';
import { callerError, internalFailure, notImplemented, statusOf, unknownOperation } from './failure.ts';
import { formAnswer } from './form-upload/form-answer.ts';
import { putInput } from './form-upload/form-upload.ts';
import { receiveForm } from './form-upload/receive-form.ts';
import { protocolOf } from './protocols/registry.ts';
import type { Body, WireAnswer } from './protocols/wire-protocol.ts';
import { collectBody, declaredLength, EMPTY_BODY, hasBody, streamBody, unwrapBody } from './request-body.ts';
import { HttpRequestContext } from './request-context.ts';
import { bodyLimit, bodyTooLarge } from './request-limits.ts';
import type { WireRequest } from './request.ts';
import type { Destination } from './routing/destination.ts';
import type { Operation } from './schema/service-model.ts';
import type { AnyOperationHandler } from './service.ts';
import { claimedCredential } from './claimed-credential.ts';
import type { Credential } from './sigv4-credential.ts';

/**
 * One request and its answer: find the operation, read the body, decode, check, run the handler, encode, send.
 * Written with callbacks: a handler that answers at once is answered at once, without a promise in between.
 */
export class Exchange {
  readonly #parts: EndpointParts;
  readonly #request: WireRequest;
  readonly #response: HttpResponse;
  #credential: Credential | undefined;
  #destination: Destination | undefined;
  #context: HttpRequestContext | undefined;

  constructor(parts: EndpointParts, request: WireRequest, response: HttpResponse) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
  }

  start(): void {
    this.#readCredential();
    try {
      const scope = this.#credential?.service;
      const destination = this.#parts.dispatcher.dispatch(this.#request, scope);
      if (destination !== undefined) this.#proceed(destination, undefined);
      else this.#collect(undefined, (body) => this.#proceedWithForm(body));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** As `start`, if neither the request nor its answer can be a stream. @returns false when nothing was done */
  startWhole(): boolean {
    this.#readCredential();
    try {
      const destination = this.#parts.dispatcher.dispatch(this.#request, this.#credential?.service);
      if (destination === undefined || !isWhole(destination)) return false;
      this.#proceed(destination, undefined);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  /** As `startWhole`, for a request that may take the course. */
  startAlong(course: Course, body: Uint8Array): void {
    const { operation, handler, credential, destination } = course;
    this.#destination = destination;
    this.#credential = credential;
    try {
      const issued = this.#parts.callers.issued(credential, this.#request);
      const context = this.#createContext(operation, body, issued);
      // Strict or not: what it returns is the body, which has nothing around it.
      openBody(this.#parts, operation, this.#request, body, issued);
      const input = inputAlong(course, body);
      this.#parts.services.validate(operation, input);
      this.#handle(operation, handler, input, context);
    } catch (error) {
      this.#fail(error);
    }
  }

  #readCredential(): void {
    this.#credential = claimedCredential(this.#request.header('authorization'), this.#request.query);
  }

  #proceedWithForm(raw: Uint8Array): void {
    const body = unwrapBody(raw, this.#request, true);
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
    this.#proceed(this.#parts.dispatcher.dispatchForm(this.#request, this.#credential?.service, form), raw);
  }

  /** @param body when it had to be read already to find the operation */
  #proceed(destination: Destination, body: Uint8Array | undefined): void {
    this.#destination = destination;
    const { operation } = destination;
    if (operation === undefined) throw unknownOperation(destination);
    const handler = this.#parts.services.handler(operation);
    if (handler === undefined) throw notImplemented(operation);
    if (destination.formBoundary !== undefined)
      this.#upload(operation, handler, destination.formBoundary).catch((error: unknown) => this.#fail(error));
    else if (body !== undefined) this.#run(operation, handler, body);
    else if (
      destination.protocol.streamsInput(operation) &&
      !isSignedWhole(this.#parts, operation, this.#request)
    )
      this.#run(operation, handler, streamBody(this.#request));
    else this.#collect(operation, (collected) => this.#run(operation, handler, collected));
  }

  #collect(operation: Operation | undefined, proceed: (body: Uint8Array) => void): void {
    if (!hasBody(this.#request)) return proceed(EMPTY_BODY);
    const limit = bodyLimit(operation);
    if (declaredLength(this.#request) > limit) throw bodyTooLarge(operation, limit);
    const { raw } = this.#request;
    if ('body' in raw) return proceed(raw.body);
    collectBody(raw, limit, (body, failure) => {
      if (failure === 'aborted') return this.#parts.onDone();
      try {
        if (body === undefined) throw bodyTooLarge(operation, limit);
        proceed(body);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #run(operation: Operation, handler: AnyOperationHandler, raw: Body): void {
    const issued = this.#parts.callers.issued(this.#credential, this.#request);
    const context = this.#createContext(operation, raw, issued);
    const body = openBody(this.#parts, operation, this.#request, raw, issued);
    const input = this.#readInput(operation, body);
    this.#handle(operation, handler, input, context);
  }

  #handle(
    operation: Operation,
    handler: AnyOperationHandler,
    input: Record<string, unknown>,
    context: HttpRequestContext,
  ): void {
    this.#parts.options.authorize?.(operation, input, context);
    const output = handler(input, context);
    if (output instanceof Promise) {
      output.then(
        (settled: unknown) => this.#answer(operation, settled),
        (error: unknown) => this.#fail(error),
      );
    } else {
      this.#answer(operation, output);
    }
  }

  async #upload(operation: Operation, handler: AnyOperationHandler, boundary: string): Promise<void> {
    const { options, services } = this.#parts;
    const { protocol, labels } = this.#destination as Destination;
    const source = streamBody(this.#request);
    const form = await receiveForm(this.#parts, operation, labels['Bucket'] ?? '', source, boundary);
    this.#credential = form.credential;
    const asked = { ...operation, name: 'PostObject' };
    const context = this.#createContext(asked, source, form.issued);
    const input = putInput(operation, form.upload);
    services.validate(operation, input);
    options.authorize?.(operation, input, context);
    const output = await handler(input, context);
    const answer = protocol.writeOutput(operation, output, context.requestId);
    this.#send(formAnswer(answer, form.upload, context.origin), context.requestId);
  }

  #readInput(operation: Operation, body: Body): Record<string, unknown> {
    const { protocol, labels, form } = this.#destination as Destination;
    const request = this.#request;
    try {
      const input = protocol.readInput({ operation, request, labels, form }, body);
      this.#parts.services.validate(operation, input);
      return input;
    } catch (error) {
      // Shapes may contain themselves, and a document nested deep enough exhausts the stack.
      throw error instanceof RangeError ? serializationError('The request is nested too deeply') : error;
    }
  }

  #createContext(operation: Operation, raw: Body, issued: IssuedCredential | undefined): HttpRequestContext {
    const { options, callers, dispatcher } = this.#parts;
    const hostRegion = this.#credential === undefined ? dispatcher.host(this.#request).region : undefined;
    const caller = callers.of(this.#credential, issued, hostRegion);
    const length = raw instanceof Uint8Array ? raw.length : declaredLength(this.#request);
    const context = new HttpRequestContext(
      caller,
      operation,
      this.#request,
      this.#response,
      options.publicHost,
      length,
    );
    this.#context = context;
    return context;
  }

  #answer(operation: Operation, output: unknown): void {
    const requestId = this.#context?.requestId ?? '';
    try {
      const { protocol } = this.#destination as Destination;
      // Sending throws as well, before anything has left, when a value can't stand in a header.
      this.#send(protocol.writeOutput(operation, output, requestId), requestId);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(thrown: unknown): void {
    const service = this.#destination?.service;
    const requestId = this.#context?.requestId ?? randomUUID();
    const error = callerError(thrown) ?? internalFailure(service, thrown);
    if (callerError(thrown) === undefined) this.#report(thrown, requestId);
    const protocol = this.#destination?.protocol ?? protocolOf('restJson1');
    const status = statusOf(error, service?.error(error.code));
    try {
      this.#send(protocol.writeError(service, error, status, requestId), requestId);
    } catch (unwritable) {
      this.#report(unwritable, requestId);
      this.#response.destroy();
      this.#parts.onDone();
    }
  }

  #send(answer: WireAnswer, requestId: string): void {
    answer.headers['x-amzn-RequestId'] = requestId;
    const extra = this.#context?.extraHeaders;
    if (extra !== undefined) Object.assign(answer.headers, extra);
    if (isUninvited(this.#request.raw)) answer.headers['Connection'] = 'close';
    sendAnswer(this.#response, this.#request.method, answer, (error) => {
      if (error !== undefined) this.#report(error, requestId);
      this.#parts.onDone();
    });
  }

  #report(error: unknown, requestId: string): void {
    const service = this.#destination?.service?.name ?? '';
    const operation = this.#destination?.operation?.name ?? '';
    this.#parts.options.onInternalError(error, { service, operation, requestId });
  }
}
