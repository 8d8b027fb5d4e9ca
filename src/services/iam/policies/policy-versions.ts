import type { Policy, PolicyVersion } from '@aws-sdk/client-iam';
import type { StoredManagedPolicy, StoredPolicyVersion } from '../../../model/identity/stored-identity.ts';
import { noSuchEntity } from '../iam-errors.ts';
import { shownTags } from '../entities/entity-tags.ts';

/** The text that counts. */
export function defaultDocument({ versions, defaultVersion }: StoredManagedPolicy): string {
  return versions.find(({ id }) => id === defaultVersion)?.document ?? '';
}

/** Documents are shown percent-encoded, as RFC 3986 has it. */
export function encodedDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @param attachments how many users, groups and roles have it, and for how many it is the boundary */
export function shownPolicy(
  policy: StoredManagedPolicy,
  attachments: { readonly attached: number; readonly bounded: number },
): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachments.attached,
    PermissionsBoundaryUsageCount: attachments.bounded,
    IsAttachable: true,
    CreateDate: new Date(policy.createdMs),
    UpdateDate: new Date(policy.updatedMs),
  };
}

/** GetPolicy and CreatePolicy show more than lists do. */
export function shownPolicyInFull(
  policy: StoredManagedPolicy,
  attachments: { readonly attached: number; readonly bounded: number },
): Policy {
  const { description, tags } = policy;
  return {
    ...shownPolicy(policy, attachments),
    ...(description !== undefined && { Description: description }),
    ...shownTags(tags),
  };
}

/** Throws NoSuchEntity. */
export function requireVersion({ arn, versions }: StoredManagedPolicy, id: string): StoredPolicyVersion {
  const found = versions.find((version) => version.id === id);
  if (found === undefined)
    throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return found;
}

export function shownVersion(
  { defaultVersion }: StoredManagedPolicy,
  { id, createdMs }: StoredPolicyVersion,
): PolicyVersion {
  return { VersionId: id, IsDefaultVersion: id === defaultVersion, CreateDate: new Date(createdMs) };
}
