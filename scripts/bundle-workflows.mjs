/** `bundle-workflows.mjs WORKFLOWS_INDEX OUTPUT`: the code that a worker's workflow sandbox runs, in one file. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { bundleWorkflowCode } from '@temporalio/worker';

const [workflowsPath, output] = process.argv.slice(2);
const silent = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent });
mkdirSync(dirname(output), { recursive: true });
// Renamed into place, so that a worker never reads half a bundle.
writeFileSync(`${output}.${process.pid}`, code);
renameSync(`${output}.${process.pid}`, output);
