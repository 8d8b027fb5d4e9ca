import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ConstraintJson, ConstraintsJson } from '../../src/aws/schema/constraint-json.ts';
import type { ModelJson, StructureJson } from '../../src/aws/schema/model-json.ts';
import { correctConstraint, missingConstraints } from './corrections.ts';
import type { SdkModule } from './sdk-client.ts';

interface BotocoreShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

interface BotocoreOperation {
  readonly input?: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

interface BotocoreModel {
  readonly operations: Readonly<Record<string, BotocoreOperation>>;
  readonly shapes: Record<string, BotocoreShape>;
}

/** How deep lists of lists and maps of maps are followed; no AWS model nests constrained ones deeper. */
const DEEPEST_COLLECTION = 3;

/** Reads one service's newest botocore model and keeps the constraints of the structures that requests can contain. */
export function extractConstraints(model: ModelJson, directory: string, sdk: SdkModule): ConstraintsJson {
  const botocore = withNewerEnums(readBotocore(directory), sdk);
  const constraints: ConstraintJson[] = [];
  const indexByText = new Map<string, number>();
  const members: Record<string, Record<string, number>> = {};
  const add = (structure: string, member: string, constraint: ConstraintJson): void => {
    const text = JSON.stringify(constraint);
    const index = indexByText.get(text) ?? constraints.push(constraint) - 1;
    indexByText.set(text, index);
    (members[structure] ??= {})[member] ??= index;
  };
  for (const [structure, shapeName] of inputStructures(model, botocore)) {
    for (const [member, target] of Object.entries(botocore.shapes[shapeName]?.members ?? {})) {
      if (!(member in structure.members)) continue;
      const read = correctConstraint(model.name, target.shape, constraintOf(botocore, target.shape, 0));
      if (read !== undefined) add(structure.structure, member, read);
    }
    const missing = Object.entries(missingConstraints(model.name, structure.structure));
    for (const [member, constraint] of missing) add(structure.structure, member, constraint);
  }
  return { constraints, members, errors: operationErrors(botocore) };
}

function readBotocore(directory: string): BotocoreModel {
  const newest = readdirSync(directory).sort().at(-1);
  if (newest === undefined) throw new Error(`No model in ${directory}.`);
  return JSON.parse(
    gunzipSync(readFileSync(`${directory}/${newest}/service-2.json.gz`)).toString(),
  ) as BotocoreModel;
}

/** The SDK packages are newer than botocore's models here and there: enums take in the values that they export. */
function withNewerEnums(botocore: BotocoreModel, sdk: SdkModule): BotocoreModel {
  for (const [name, shape] of Object.entries(botocore.shapes)) {
    const exported = sdk[name];
    if (shape.enum === undefined || typeof exported !== 'object' || exported === null) continue;
    const values = Object.values(exported).filter((value) => typeof value === 'string');
    botocore.shapes[name] = { ...shape, enum: [...new Set([...shape.enum, ...values])] };
  }
  return botocore;
}

/**
 * Structures reachable from operation inputs, each with the botocore shape it corresponds to. Inputs may have
 * another name there, so they are paired through their operation; everything below has the same name.
 */
function* inputStructures(model: ModelJson, botocore: BotocoreModel): Generator<[StructureJson, string]> {
  const seen = new Set<number>();
  for (const [name, { input }] of Object.entries(model.operations)) {
    if (input !== undefined) yield* reach(model, input, seen, botocore.operations[name]?.input?.shape);
  }
}

function* reach(
  model: ModelJson,
  index: number,
  seen: Set<number>,
  botocoreName: string | undefined,
): Generator<[StructureJson, string]> {
  const shape = model.shapes[index];
  if (shape === undefined || seen.has(index)) return;
  seen.add(index);
  let targets: readonly unknown[];
  if ('structure' in shape) {
    yield [shape, botocoreName ?? shape.structure];
    targets = Object.values(shape.members);
  } else {
    targets = 'list' in shape ? [shape.list] : shape.map;
  }
  for (const target of targets) {
    const reference: unknown = Array.isArray(target) ? target[0] : target;
    if (typeof reference === 'number') yield* reach(model, reference, seen, undefined);
  }
}

function constraintOf(botocore: BotocoreModel, name: string, depth: number): ConstraintJson | undefined {
  const shape = botocore.shapes[name];
  if (shape === undefined || depth > DEEPEST_COLLECTION) return undefined;
  const element = shape.member ?? shape.value;
  const constraint: Record<string, unknown> = {
    min: shape.min,
    max: shape.max,
    pattern: shape.pattern,
    enum: shape.enum,
    number: numberKind(shape.type),
    element: element === undefined ? undefined : constraintOf(botocore, element.shape, depth + 1),
    key: shape.key === undefined ? undefined : constraintOf(botocore, shape.key.shape, depth + 1),
  };
  const given = Object.entries(constraint).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as ConstraintJson);
}

function numberKind(type: string): ConstraintJson['number'] {
  if (type === 'integer' || type === 'long') return 'integer';
  return type === 'double' || type === 'float' ? 'double' : undefined;
}

function operationErrors(botocore: BotocoreModel): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const [name, operation] of Object.entries(botocore.operations)) {
    if (operation.errors !== undefined) errors[name] = operation.errors.map((error) => error.shape);
  }
  return errors;
}
