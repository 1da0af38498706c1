/** Writes the pages of docs/ that are generated from code. A unit test fails while they are out of date. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../cli/commands';
import { renderCliReference } from '../cli/reference';
import { writeGenerated } from '../config/json-schema';
import { renderTypeMatrix } from '../connectors/type-matrix';
import { renderErrorDocs } from '../core/errors/render-docs';
import { packageRoot } from './package-root';

writeFileSync(join(packageRoot, 'docs/errors.md'), renderErrorDocs());
writeFileSync(join(packageRoot, 'docs/cli.md'), renderCliReference(COMMANDS, NOUNS));
writeFileSync(join(packageRoot, 'docs/types.md'), renderTypeMatrix());
writeGenerated(packageRoot);
