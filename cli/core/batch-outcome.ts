import type { LongshoreClient } from '../../client';
import { batchSummary, type BatchSummary } from '../../report/batch-summary';

/** Results of checks that are read at most: more files than a batch has. */
const RESULTS = 100_000;

/** Everything that the catalog has of a batch and of the run that worked on it; undefined where it was refused before it began. */
export async function batchOutcomeOf(client: LongshoreClient, runId: string): Promise<BatchSummary | undefined> {
  const [{ run }, batch] = await Promise.all([client.runs.show(runId), client.months.batchOfRun(runId)]);
  if (!batch) return undefined;
  const [files, parts, own] = await Promise.all([
    client.months.files(batch.batchId),
    client.months.partTotals(batch.batchId),
    client.months.qualityHistory({ batchId: batch.batchId, limit: RESULTS }),
  ]);
  // A result that is the same as an earlier one is kept once, under the batch that found it first.
  const known = new Set(own.map(({ id }) => id));
  const elsewhere = files.flatMap(({ qualityId }) =>
    qualityId === undefined || known.has(qualityId) ? [] : [qualityId],
  );
  const others = await Promise.all(elsewhere.map((id) => client.months.quality(id)));
  return batchSummary({ run, batch, files, parts, quality: [...own, ...others.flatMap((record) => record ?? [])] });
}
