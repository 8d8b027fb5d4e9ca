import { notImplementedYet } from '../../../model/lambda-errors.ts';

/**
 * Fields whose effect does not exist yet, each with the value that asks for nothing. Everything else in them is
 * refused: a setting that is stored and ignored would be a lie.
 */
const UNBUILT: Readonly<Record<string, unknown>> = {
  PackageType: 'Zip',
  ImageConfig: undefined,
  PublishTo: undefined,
  VpcConfig: undefined,
  FileSystemConfigs: undefined,
  KMSKeyArn: undefined,
  SourceKMSKeyArn: undefined,
  DurableConfig: undefined,
};

/** Throws InvalidParameterValueException naming the first field that asks for something not built yet. */
export function refuseUnbuiltFields(input: object): void {
  for (const [field, value] of Object.entries(input)) {
    if (!Object.hasOwn(UNBUILT, field)) continue;
    const path = firstDifference(field, value, UNBUILT[field]);
    if (path !== undefined) throw notImplementedYet(path);
  }
}

/** Path of the first value that is neither empty nor the accepted one. */
function firstDifference(path: string, value: unknown, accepted: unknown): string | undefined {
  if (value === accepted || value === undefined || value === null || value === '' || value === false) {
    return undefined;
  }
  if (typeof value === 'string' && accepted !== undefined) return `${path} ${value}`;
  if (typeof value !== 'object') return path;
  if (Array.isArray(value)) return value.length === 0 ? undefined : path;
  for (const [member, inner] of Object.entries(value)) {
    const acceptedInner: unknown = isObject(accepted) ? accepted[member] : undefined;
    const found = firstDifference(`${path}.${member}`, inner, acceptedInner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
