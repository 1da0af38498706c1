/** The `longshore` command. */
import { COMMANDS, NOUNS } from './commands';
import { processIo } from './core/io';
import { runCli } from './core/program';
import { readVersion } from './core/version';

/** Milliseconds. */
const LINGER_MS = 2000;

void runCli(process.argv.slice(2), processIo(), { commands: COMMANDS, nouns: NOUNS, version: readVersion() }).then(
  (code) => {
    process.exitCode = code;
    // A driver that waits for a server which will not answer any more must not keep a worker that has stopped; what was
    // printed is given time to be read.
    setTimeout(() => process.exit(code), LINGER_MS).unref();
  },
);
