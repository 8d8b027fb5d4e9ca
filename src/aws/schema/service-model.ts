import { readFileSync } from 'node:fs';
import type { ConstraintsJson } from './constraint-json.ts';
import type { ModelJson, OperationJson, Protocol, ServiceIndexEntry } from './model-json.ts';
import { ShapeLinker } from './shape-linker.ts';
import type { StructureShape } from './shape.ts';

/** One operation of a service, its shapes linked. */
export interface Operation {
  readonly name: string;
  readonly service: ServiceModel;
  readonly http: OperationJson['http'];
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** Whether the model gives the operation an output at all; without one `output` is empty. */
  readonly hasOutput: boolean;
}

/** A service model, read from its committed JSON. Operations and errors are linked on first use. */
export class ServiceModel {
  readonly json: ModelJson;
  readonly #linker: ShapeLinker;
  readonly #operations = new Map<string, Operation>();
  #errorIndexes: Map<string, number> | undefined;
  #constraints: ConstraintsJson | undefined;

  constructor(json: ModelJson) {
    this.json = json;
    this.#linker = new ShapeLinker(json);
  }

  get name(): string {
    return this.json.name;
  }

  get protocol(): Protocol {
    return this.json.protocol;
  }

  /** @returns undefined when the service has no such operation */
  operation(name: string): Operation | undefined {
    const known = this.#operations.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.json.operations, name)) return undefined;
    const { http, input, output } = this.json.operations[name] ?? {};
    const operation: Operation = {
      name,
      service: this,
      http,
      input: this.#linker.structure(input, `${name}Request`),
      output: this.#linker.structure(output, `${name}Response`),
      hasOutput: output !== undefined,
    };
    this.#operations.set(name, operation);
    return operation;
  }

  /** The shape of a modelled error; undefined for codes the model does not know. */
  error(code: string): StructureShape | undefined {
    this.#errorIndexes ??= indexErrors(this.json);
    const index = this.#errorIndexes.get(code);
    return index === undefined ? undefined : this.#linker.structure(index, code);
  }

  errorCodes(): readonly string[] {
    this.#errorIndexes ??= indexErrors(this.json);
    return [...this.#errorIndexes.keys()];
  }

  get constraints(): ConstraintsJson {
    this.#constraints ??= readModelFile(`${this.name}.constraints.json`) as ConstraintsJson;
    return this.#constraints;
  }
}

function indexErrors(json: ModelJson): Map<string, number> {
  const indexes = new Map<string, number>();
  json.shapes.forEach((shape, index) => {
    if ('structure' in shape && shape.traits?.error !== undefined) indexes.set(shape.structure, index);
  });
  return indexes;
}

const models = new Map<string, ServiceModel>();

/** The model of a service by its file name, e.g. `lambda`. Read once; throws when there is none. */
export function serviceModel(name: string): ServiceModel {
  const known = models.get(name) ?? new ServiceModel(readModelFile(`${name}.json`) as ModelJson);
  models.set(name, known);
  return known;
}

let index: readonly ServiceIndexEntry[] | undefined;

/** Every service that has a model, whether the platform offers it or not. */
export function serviceIndex(): readonly ServiceIndexEntry[] {
  index ??= readModelFile('index.json') as ServiceIndexEntry[];
  return index;
}

// Models stay in the source tree; compiled code is two folders further down, in dist.
const modelsDirectory = new URL(
  import.meta.url.endsWith('.ts') ? '../models/' : '../../../../src/aws/models/',
  import.meta.url,
);

function readModelFile(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, modelsDirectory), 'utf8'));
}
