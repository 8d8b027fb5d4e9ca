import {
  ApplicationAutoScalingClient,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import { deployVersion } from './provisioned.ts';
import type { TestServer } from './server.ts';

export function autoscalingClient(endpoint: string): ApplicationAutoScalingClient {
  return new ApplicationAutoScalingClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** What every request says about which resource it means. */
export interface Place {
  readonly ServiceNamespace: 'lambda';
  readonly ResourceId: string;
  readonly ScalableDimension: 'lambda:function:ProvisionedConcurrency';
}

export function place(functionName: string, qualifier = 'live'): Place {
  return {
    ServiceNamespace: 'lambda',
    ResourceId: `function:${functionName}:${qualifier}`,
    ScalableDimension: 'lambda:function:ProvisionedConcurrency',
  };
}

/** A function with an alias `live` that is registered. */
export async function registered(
  server: TestServer,
  scaling: ApplicationAutoScalingClient,
  change: Partial<RegisterScalableTargetCommandInput> = {},
): Promise<Place & { arn: string }> {
  const { FunctionName } = await deployVersion(server.lambda);
  const where = place(FunctionName);
  const { ScalableTargetARN = '' } = await scaling.send(
    new RegisterScalableTargetCommand({ ...where, MinCapacity: 1, MaxCapacity: 5, ...change }),
  );
  return { ...where, arn: ScalableTargetARN };
}
