/** The `longshore` command. */
import { COMMANDS, NOUNS } from './commands';
import { processIo } from './core/io';
import { runCli } from './core/program';
import { readVersion } from './core/version';

void runCli(process.argv.slice(2), processIo(), { commands: COMMANDS, nouns: NOUNS, version: readVersion() }).then(
  (code) => {
    process.exitCode = code;
  },
);
