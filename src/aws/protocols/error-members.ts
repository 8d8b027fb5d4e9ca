import type { ServiceError } from '../../model/service-error.ts';
import type { StructureShape } from '../schema/shape.ts';

/** The name under which an error's shape has its message: some of AWS's shapes say `Message`, others `message`. */
export function messageMember(shape: StructureShape | undefined): string {
  return shape?.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
}

/** Everything an error says: its further members and its message. */
export function errorMembers(
  error: ServiceError,
  shape: StructureShape | undefined,
): Record<string, unknown> {
  return { ...error.members, [messageMember(shape)]: error.message };
}
