import type { ServiceDefinition } from '../../../aws/service.ts';
import { createAccessKey } from '../access-keys/create-access-key.ts';
import { deleteAccessKey } from '../access-keys/delete-access-key.ts';
import { listAccessKeys } from '../access-keys/list-access-keys.ts';
import { updateAccessKey } from '../access-keys/update-access-key.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { listAbsent, noLoginProfile } from './absent-credentials.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { updateUser } from './update-user.ts';

export function userOperations(deps: IamDependencies): ServiceDefinition['operations'] {
  return {
    CreateAccessKey: createAccessKey(deps),
    CreateUser: createUser(deps),
    DeleteAccessKey: deleteAccessKey(deps),
    DeleteLoginProfile: noLoginProfile(deps),
    DeleteUser: deleteUser(deps),
    GetLoginProfile: noLoginProfile(deps),
    GetUser: getUser(deps),
    ListAccessKeys: listAccessKeys(deps),
    ListMFADevices: listAbsent(deps, 'MFADevices'),
    ListSSHPublicKeys: listAbsent(deps, 'SSHPublicKeys'),
    ListServiceSpecificCredentials: listAbsent(deps, 'ServiceSpecificCredentials'),
    ListSigningCertificates: listAbsent(deps, 'Certificates'),
    ListUsers: listUsers(deps),
    ListVirtualMFADevices: listAbsent(deps, 'VirtualMFADevices'),
    UpdateAccessKey: updateAccessKey(deps),
    UpdateUser: updateUser(deps),
  };
}
