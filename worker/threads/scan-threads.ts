import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import type { ScanPlan } from '../../core/types/scan';
import type { scanBlock, ScanHelper, SharedBlock } from '../../storage/month';

type Scanned = ReturnType<typeof scanBlock>;
export type ScanAnswer = { scanned: Scanned } | { error: ErrorReport };

/** More would wait for the one that reads. */
const MOST = 3;
const BODY = join(__dirname, 'scan-thread.js');

/** As many threads as there are processors for; none where there is one alone, or where the code runs from its source. */
export function startScanThreads(plan: ScanPlan): ScanThread[] {
  const processors = availableParallelism();
  if (processors < 2 || !existsSync(BODY)) return [];
  return Array.from({ length: Math.min(MOST, processors) }, () => new ScanThread(plan));
}

/** Scans blocks in a thread of its own, in the order in which they come. */
export class ScanThread implements ScanHelper {
  readonly #worker: Worker;
  readonly #waiting: { resolve(scanned: Scanned): void; reject(error: unknown): void }[] = [];
  #failure: LongshoreError | undefined;

  constructor(plan: ScanPlan) {
    this.#worker = new Worker(BODY, { workerData: plan, resourceLimits: { maxOldGenerationSizeMb: 128 } });
    this.#worker.on('message', (answer: ScanAnswer) => {
      const next = this.#waiting.shift();
      if ('scanned' in answer) next?.resolve(answer.scanned);
      else {
        const { code, message, place, next: remedy } = answer.error;
        next?.reject(new LongshoreError(code, message, place, { next: remedy }));
      }
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  async scan(block: SharedBlock): Promise<Scanned> {
    if (this.#failure) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(block);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: unknown): void {
    this.#failure ??= new LongshoreError('INTERNAL', 'A thread that scans a file has ended.', {}, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
