'use strict';

/**
 * `awslambda.InvokeStore`: what code far from the handler knows of its invocation. The AWS SDK takes the trace from it that it
 * hands on. Loaded when somebody asks for it.
 */

const { AsyncLocalStorage } = require('node:async_hooks');

const PROTECTED_KEYS = {
  REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
  X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
  TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
};

/** @typedef {Record<string | symbol, unknown>} Context */

/** Of each invocation, what was stored with it. @type {WeakMap<import('./context.cjs').Header, Context>} */
const contexts = new WeakMap();

/** @param {import('./context.cjs').Header} header */
function contextOf(header) {
  let context = contexts.get(header);
  if (context === undefined) {
    context = {
      [PROTECTED_KEYS.REQUEST_ID]: header.requestId,
      [PROTECTED_KEYS.X_RAY_TRACE_ID]: header.traceId,
      [PROTECTED_KEYS.TENANT_ID]: header.tenantId,
    };
    contexts.set(header, context);
  }
  return context;
}

class InvokeStore {
  static PROTECTED_KEYS = PROTECTED_KEYS;
  #invocation;
  /** Before the first event, where they come one by one. @type {Context | undefined} */
  #first;
  /** Of contexts that the function made itself. @type {AsyncLocalStorage<Context>} */
  #own = new AsyncLocalStorage();

  /** @param {() => import('./context.cjs').Header | undefined} invocation whose code is running, or ran last */
  constructor(invocation) {
    this.#invocation = invocation;
  }

  /** @param {string | symbol} key */
  isProtectedKey(key) {
    return Object.values(PROTECTED_KEYS).some((one) => one === key);
  }

  getRequestId() {
    return this.get(PROTECTED_KEYS.REQUEST_ID) ?? '-';
  }

  getXRayTraceId() {
    return this.get(PROTECTED_KEYS.X_RAY_TRACE_ID);
  }

  getTenantId() {
    return this.get(PROTECTED_KEYS.TENANT_ID);
  }

  getContext() {
    const header = this.#invocation();
    return this.#own.getStore() ?? (header === undefined ? this.#first : contextOf(header));
  }

  hasContext() {
    return this.getContext() !== undefined;
  }

  /** @param {string | symbol} key */
  get(key) {
    return this.getContext()?.[key];
  }

  /**
   * @param {string | symbol} key
   * @param {unknown} value
   */
  set(key, value) {
    if (this.isProtectedKey(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    const isShared = process.env['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined;
    const context = this.getContext() ?? (isShared ? undefined : (this.#first = {}));
    if (context === undefined) throw new Error('No context available');
    context[key] = value;
  }

  /**
   * @template Result
   * @param {Context} context
   * @param {() => Result} fn
   * @returns {Result}
   */
  run(context, fn) {
    return this.#own.run(context, fn);
  }
}

module.exports = { InvokeStore };
