/** Writes the pages of docs/ that are generated from code. A unit test fails while they are out of date. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderErrorDocs } from '../core/errors/render-docs';
import { packageRoot } from './package-root';

writeFileSync(join(packageRoot, 'docs/errors.md'), renderErrorDocs());
