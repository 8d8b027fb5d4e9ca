import { serviceModel } from './schema/service-model.ts';
import type { Operation } from './schema/service-model.ts';
import type { AnyOperationHandler, ServiceDefinition } from './service.ts';
import { InputValidator } from './validation/input-validator.ts';

/** The services the platform offers: handlers by operation, and the check of their inputs. */
export class OfferedServices {
  readonly #definitions: ReadonlyMap<string, ServiceDefinition>;
  readonly #validators = new Map<string, InputValidator>();

  constructor(definitions: readonly ServiceDefinition[]) {
    this.#definitions = new Map(definitions.map((definition) => [definition.model, definition]));
  }

  names(): ReadonlySet<string> {
    return new Set(this.#definitions.keys());
  }

  /** Whether requests that nobody signed may reach the service, which then asks its own policies. */
  takesAnonymous(name: string): boolean {
    return this.#definitions.get(name)?.access?.takesAnonymous === true;
  }

  handler({ service, name }: Operation): AnyOperationHandler | undefined {
    const operations = this.#definitions.get(service.name)?.operations;
    return operations !== undefined && Object.hasOwn(operations, name) ? operations[name] : undefined;
  }

  /** Throws ServiceError when the input breaks a constraint of the model. */
  validate(operation: Operation, input: Record<string, unknown>): void {
    const { name } = operation.service;
    let validator = this.#validators.get(name);
    if (validator === undefined) {
      const unchecked = this.#definitions.get(name)?.uncheckedConstraints;
      validator = new InputValidator(serviceModel(name), unchecked);
      this.#validators.set(name, validator);
    }
    validator.check(operation, input);
  }
}
