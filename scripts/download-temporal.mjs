/**
 * `download-temporal.mjs FOLDER`: lets the Temporal SDK download its CLI into the folder. In a process of its own,
 * because the SDK starts a server with it and would leave its runtime behind in ours.
 */
import process from 'node:process';
import { TestWorkflowEnvironment } from '@temporalio/testing';

const environment = await TestWorkflowEnvironment.createLocal({
  server: {
    executable: { type: 'cached-download', downloadDir: process.argv[2] },
    log: { format: 'pretty', level: 'error' },
  },
});
await environment.teardown();
