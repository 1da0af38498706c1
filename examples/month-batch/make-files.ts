/**
 * Writes files for the batches of this folder: trades and positions of some months.
 *
 *   node PATH-TO-LONGSHORE/dist/examples/month-batch/make-files.js [ROWS-A-DAY] [MONTH…]
 *
 * Without arguments: 200 rows a day, of 2024-01, 2024-02 and 2024-03. The same arguments make the same files.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';

const FOLDER = 'data';

async function main(rowsADay: number, months: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const month of months) {
    const days = daysOf(month);
    const range = `${days.at(0)}-${days.at(-1)}`.replaceAll(/(\d{4})-(\d\d)-(\d\d)/g, '$1$2$3');
    await write(`${FOLDER}/trades_${range}.tsv`, 'day\tid\tcustomer\tamount\tnote', days, rowsADay, (day, i) =>
      [day, i + 1, `C${(i * 7919) % 997}`, ((i * 31) % 100_000) / 100, i % 10 === 0 ? '' : `order ${i}`].join('\t'),
    );
    await write(`${FOLDER}/positions_${month}.csv`, 'day;account;quantity', days, 50, (day, i) =>
      [day, `A${String(i).padStart(4, '0')}`, (i * 17) % 1000].join(';'),
    );
  }
}

/** Every day of `2024-01`, as `2024-01-31`. */
function daysOf(month: string): string[] {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: last }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`);
}

async function write(
  path: string,
  header: string,
  days: readonly string[],
  rowsADay: number,
  row: (day: string, index: number) => string,
): Promise<void> {
  const out = createWriteStream(path);
  out.write(`${header}\n`);
  for (const day of days) {
    const lines = Array.from({ length: rowsADay }, (_, index) => `${row(day, index)}\n`);
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  console.log(`${path}: ${days.length * rowsADay} rows`);
}

const [rows = '200', ...months] = process.argv.slice(2);
void main(Number(rows), months.length > 0 ? months : ['2024-01', '2024-02', '2024-03']);
