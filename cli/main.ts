/** The `longshore` command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from './commands';
import { processIo } from './core/io';
import { runCli } from './core/program';
import { packageRoot } from '../dev/package-root';

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

void runCli(process.argv.slice(2), processIo(), { commands: COMMANDS, nouns: NOUNS, version }).then((code) => {
  process.exitCode = code;
});
