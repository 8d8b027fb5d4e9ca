import { ServiceError } from '../../../model/service-error.ts';

/** What comes of a task, or the error that its caller shall see among the results of others. */
export async function attempt<T>(task: () => T | Promise<T>): Promise<T | ServiceError> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}
