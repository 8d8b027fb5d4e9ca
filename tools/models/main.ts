/**
 * Regenerates `src/aws/models` from the installed @aws-sdk/client-* packages.
 *
 *   node tools/models/main.ts [--constraints BOTOCORE_DATA_DIR]
 *
 * The constraint tables come from botocore's models and stay as committed unless its data folder is given.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ServiceIndexEntry } from '../../src/aws/schema/model-json.ts';
import { extractConstraints } from './extract-constraints.ts';
import { extractModel, indexEntry } from './extract-model.ts';
import { services } from './services.ts';
import type { SdkModule } from './sdk-client.ts';

const modelsDirectory = new URL('../../src/aws/models/', import.meta.url);

function write(file: string, value: unknown): void {
  writeFileSync(new URL(file, modelsDirectory), `${JSON.stringify(value)}\n`);
}

const { values } = parseArgs({ options: { constraints: { type: 'string' } } });
const index: ServiceIndexEntry[] = [];
for (const { name, botocore } of services) {
  const sdk = (await import(`@aws-sdk/client-${name}`)) as SdkModule;
  const model = extractModel(name, sdk);
  write(`${name}.json`, model);
  index.push(indexEntry(model));
  if (values.constraints !== undefined) {
    write(`${name}.constraints.json`, extractConstraints(model, `${values.constraints}/${botocore}`, sdk));
  }
}
write('index.json', index);
