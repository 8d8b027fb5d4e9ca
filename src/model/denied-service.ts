import type { ServiceError } from './service-error.ts';

/** What becomes of a service that a resource's policy does not let in: throws the denial, or lets it in. */
export type OnDeniedService = (denial: ServiceError) => void;
