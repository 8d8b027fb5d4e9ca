import { serviceModel } from '../../../src/aws/schema/service-model.ts';
import type { AnyOperationHandler, RequestContext, ServiceDefinition } from '../../../src/aws/service.ts';
import { startSite } from './site.ts';
import type { Site } from './site.ts';

/** What the handlers do next, and what they saw last. */
export interface Recorder {
  answer: (input: Record<string, unknown>, context: RequestContext) => unknown;
}

/** An endpoint that offers every operation of the given services and hands each request to the recorder. */
export function startRecordingEndpoint(names: readonly string[], recorder: Recorder): Promise<Site> {
  return startSite(names.map((name) => recordingService(name, recorder)));
}

function recordingService(name: string, recorder: Recorder): ServiceDefinition {
  const model = serviceModel(name);
  const handler: AnyOperationHandler = (input, context) => recorder.answer(input, context);
  const operations = Object.keys(model.json.operations).map((operation) => [operation, handler]);
  return {
    model: name,
    operations: Object.fromEntries(operations),
    uncheckedConstraints: everyConstraint(name),
  };
}

/** Random values satisfy no pattern. Validation has tests of its own. */
function everyConstraint(name: string): string[] {
  const unchecked: string[] = [];
  for (const shape of serviceModel(name).json.shapes) {
    if (!('structure' in shape)) continue;
    for (const member of Object.keys(shape.members)) unchecked.push(`${shape.structure}.${member}`);
  }
  return unchecked;
}
