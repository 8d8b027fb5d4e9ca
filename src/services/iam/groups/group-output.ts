import type { Group } from '@aws-sdk/client-iam';
import type { StoredGroup } from '../../../model/identity/stored-identity.ts';

export function shownGroup({ path, name, id, arn, createdMs }: StoredGroup): Group {
  return { Path: path, GroupName: name, GroupId: id, Arn: arn, CreateDate: new Date(createdMs) };
}
