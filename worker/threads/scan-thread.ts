/** The body of a thread that scans blocks of a file for another one, which reads them. */
import { parentPort, workerData } from 'node:worker_threads';
import { toLongshoreError } from '../../core/errors/longshore-error';
import { createScanner } from '../../core/quality/scan/scanner';
import type { ScanPlan } from '../../core/types/scan';
import { scanBlock, type SharedBlock } from '../../storage/month';
import type { ScanAnswer } from './scan-threads';

const plan = workerData as ScanPlan;

parentPort?.on('message', (block: SharedBlock) => {
  try {
    // A scanner of its own for each block: lines are counted from the beginning of the block.
    const scanned = scanBlock(createScanner(plan, { byte: 0, line: 1 }), block);
    const buffers = [scanned.keys.high.buffer, scanned.keys.low.buffer].filter((each) => each instanceof ArrayBuffer);
    parentPort?.postMessage({ scanned } satisfies ScanAnswer, buffers);
  } catch (error) {
    parentPort?.postMessage({ error: toLongshoreError(error).toJSON() } satisfies ScanAnswer);
  }
});
