/** Files that come with the message about a batch. */
import type { Attachment } from '../core/notify/message';
import type { MailAttachment } from '../schemas/notifications';
import { batchHtml } from './batch-html';
import { checksSheet, filesSheet, monthsSheet } from './batch-sheets';
import type { BatchSummary } from './batch-summary';
import { csvOf } from './csv';
import { workbookOf } from './workbook';

/** `summary.html`, `quality.csv` and `summary.xlsx`, those that are asked for. */
export function batchAttachments(
  summary: BatchSummary,
  kinds: readonly MailAttachment[],
  now: Date,
): Promise<Attachment[]> {
  return Promise.all(
    kinds.map(async (kind): Promise<Attachment> => {
      if (kind === 'html')
        return { name: 'summary.html', contentType: 'text/html; charset=utf-8', content: batchHtml(summary, now) };
      if (kind === 'csv')
        return { name: 'quality.csv', contentType: 'text/csv; charset=utf-8', content: csvOf(checksSheet(summary)) };
      return {
        name: 'summary.xlsx',
        contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        content: await workbookOf([monthsSheet(summary), filesSheet(summary), checksSheet(summary)]),
      };
    }),
  );
}
