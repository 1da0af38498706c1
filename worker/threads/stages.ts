/** What is done to the rows of a part between its database and its file: masks first, so that nothing after sees a clear value. */
import type { PartChecks } from '../../activities/dependencies';
import type { BatchStage, ExtractRequest } from '../../connectors/connector';
import type { ColumnBatch } from '../../core/columnar/batch';
import { createMasker } from '../../core/mask/masker';
import type { ColumnPlan, PartColumn, PartResult } from '../../core/types/transfer';
import { createFigures } from '../../core/verify/figures';
import { createFingerprint } from '../../core/verify/fingerprint';

/** A stage, and what it found out about the rows that went through its latest attempt. */
export interface PartStages {
  /** Undefined: nothing is to be done. */
  stage?: BatchStage;
  findings(): Pick<PartResult, 'figures' | 'fingerprint'>;
}

/** `key`: 16 bytes; needed where a mask depends on one. */
export function partStages(
  request: Pick<ExtractRequest, 'columns'>,
  checks: PartChecks,
  key: Uint8Array | undefined,
): PartStages {
  const { columns } = request;
  const isMasked = columns.some(({ mask }) => mask !== undefined && mask.rule !== 'sql');
  const { fingerprint: pairs } = checks;
  if (!isMasked && checks.figures.length === 0 && !pairs) return { findings: () => ({}) };
  let findings: PartStages['findings'] = () => ({});
  return {
    findings: () => findings(),
    stage(parts) {
      const mask = isMasked ? createMasker(maskedColumns(columns, parts), key ?? new Uint8Array(16)) : undefined;
      const wanted = columns.flatMap(({ target }, index) => (checks.figures.includes(target) ? [index] : []));
      const figures = createFigures(wanted.map((index) => named(parts[index]!, columns[index]!.target)));
      const fingerprint = pairs ? createFingerprint(pairs, 'source') : undefined;
      findings = () => ({
        ...(wanted.length > 0 && { figures: figures.result() }),
        ...(fingerprint && { fingerprint: fingerprint.result() }),
      });
      return (batch) => {
        const rows = mask ? mask(batch) : batch;
        if (wanted.length > 0) figures.add(only(rows, wanted));
        fingerprint?.add(rows);
        return rows;
      };
    },
  };
}

const named = (part: PartColumn, name: string): PartColumn => ({ ...part, name });

const only = ({ rows, columns }: ColumnBatch, indexes: readonly number[]): ColumnBatch => ({
  rows,
  columns: indexes.map((index) => columns[index]!),
});

const maskedColumns = (columns: readonly ColumnPlan[], parts: readonly PartColumn[]) =>
  columns.map(({ source, mask, maxLength, targetType }, index) => ({
    name: source,
    targetType,
    part: parts[index]!,
    ...(mask && { mask }),
    ...(maxLength !== undefined && { maxLength }),
  }));
