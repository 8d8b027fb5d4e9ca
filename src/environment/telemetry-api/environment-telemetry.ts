import type { Refusal } from '../extensions-api/extension-set.ts';
import type { Subscription } from './subscription.ts';
import { TelemetryLife, type TelemetryParts } from './telemetry-life.ts';
import type { TelemetryEvent, TelemetryStream } from './telemetry-event.ts';

/** What an environment tells its extensions, from one life of its processes to the next. */
export class EnvironmentTelemetry {
  readonly #parts: TelemetryParts;
  #life: TelemetryLife;
  /** Somebody has subscribed, or may still: without that nobody needs to make an event. */
  isWanted = false;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
    this.#life = new TelemetryLife(parts);
  }

  /** What belongs to the processes that run now. */
  get life(): TelemetryLife {
    return this.#life;
  }

  /** Init begins, the first or a later one. */
  begin(): void {
    this.#life = new TelemetryLife(this.#parts);
    this.isWanted = true;
  }

  /** Init is over: who has not subscribed does not any more. */
  settle(): void {
    this.#life.close();
    this.isWanted = this.#life.isWanted;
  }

  /** The processes of a life have ended. */
  end(life: TelemetryLife): void {
    life.end();
    if (life === this.#life) this.isWanted = false;
  }

  /** Adds or replaces an extension's subscription, or says why not. */
  subscribe(name: string, subscription: Subscription): Refusal | boolean {
    const { api } = subscription;
    if (!this.isWanted || !this.#life.isOpen) {
      return {
        status: 403,
        errorType: `${api}.SubscriptionClosed`,
        errorMessage: `${api} API subscription is closed already`,
      };
    }
    const other = this.#life.apiOf(name) ?? api;
    if (other === api) return this.#life.subscribe(name, subscription);
    return {
      status: 400,
      errorType: `${api}.AccessDenied`,
      errorMessage: `The extension ${name} is already subscribed to the ${other}API. You must either subscribe to the LogsAPI or the TelemetryAPI`,
    };
  }

  /** Call only while somebody wants it. */
  publish(stream: TelemetryStream, type: string, record: TelemetryEvent['record']): void {
    this.#life.publish({ timeMs: this.#parts.now(), stream, type, record });
  }
}
