/** The side of the movers that asks threads to work on the files of a month. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { MonthFileWorkers } from '../../activities/month/dependencies';
import type { ProgressCounter } from '../../connectors/connector';
import { LongshoreError } from '../../core/errors/longshore-error';
import { answerParts, type DuckDBRoom, type MonthFileFindings, type MonthFileWork } from './month-file';

/** Has a thread do the work; `ports` go over to it. */
export type RunInThread = (
  work: MonthFileWork,
  progress: ProgressCounter,
  signal: AbortSignal,
  ports?: MessagePort[],
) => Promise<MonthFileFindings>;

export function createMonthFiles(duckdb: DuckDBRoom, run: RunInThread): MonthFileWorkers {
  const unwatched = (): ProgressCounter => new BigInt64Array(new SharedArrayBuffer(16));
  const never = new AbortController().signal;
  return {
    async header(path, format) {
      const { header } = await run({ header: { path, format } }, unwatched(), never);
      return told(header);
    },
    async inferTypes(path, plan) {
      const { columns } = await run({ infer: { path, plan } }, unwatched(), never);
      return told(columns);
    },
    async pack(request, onPart, progress, signal) {
      const { port1, port2 } = new MessageChannel();
      const answers = answerParts(port1, onPart);
      try {
        await run({ pack: request, parts: port2 }, progress, signal, [port2]);
      } catch (error) {
        // What the taker of a part threw says more than what came back of it from the thread.
        throw answers.failure() ?? error;
      } finally {
        port1.close();
      }
    },
    async duplicates(request, progress, signal) {
      const { duplicates } = await run({ duplicates: request, duckdb }, progress, signal);
      return told(duplicates);
    },
    async rules(request, progress, signal) {
      const { rules } = await run({ rules: request, duckdb }, progress, signal);
      return told(rules);
    },
    async clean(request, progress, signal) {
      const { cleaned } = await run({ clean: request }, progress, signal);
      return told(cleaned);
    },
  };
}

function told<T>(found: T | undefined): T {
  if (found !== undefined) return found;
  throw new LongshoreError('INTERNAL', 'A mover thread worked on a file of a month and said nothing of it.');
}
