import type { MonthFileWorkers } from '../../../activities/month/dependencies';
import { LongshoreError } from '../../../core/errors/longshore-error';
import work, { type Job } from '../../../worker/threads/job';
import { createMonthFiles } from '../../../worker/threads/month-files';

/** What threads do to the files of a month, done in this one. */
export const monthFiles = (tempDirectory: string): MonthFileWorkers =>
  createMonthFiles({ tempDirectory }, async (month, progress, signal) => {
    const { port1, port2 } = new MessageChannel();
    signal.addEventListener('abort', () => port1.postMessage('stop'), { once: true });
    try {
      const outcome = await work({ work: { month }, progress: progress.buffer, abort: port2 } as unknown as Job);
      if (outcome.ok && outcome.month) return outcome.month;
      if (outcome.ok) throw new Error('the thread had nothing to say');
      const { code, message, place, next } = outcome.error;
      throw new LongshoreError(code, message, place, { next });
    } finally {
      port1.close();
    }
  });
