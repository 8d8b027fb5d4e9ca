/** Writes docs/api-support.md: `npm run api-support`. */
import { writeFileSync } from 'node:fs';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { renderPage } from './page.ts';
import { readSupportTable } from './support-table.ts';
import { readReasons } from './unnamed-fields.ts';

writeFileSync(
  new URL('../../docs/api-support.md', import.meta.url),
  renderPage(serviceModel('lambda'), readSupportTable(), {
    unnamed: readReasons('unnamed-fields.yaml'),
    kept: readReasons('kept-fields.yaml'),
  }),
);
