/** Writes docs/cli.md. A unit test fails while it is out of date. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../dev/package-root';
import { COMMANDS, NOUNS } from './commands';
import { renderCliReference } from './reference';

writeFileSync(join(packageRoot, 'docs/cli.md'), renderCliReference(COMMANDS, NOUNS));
