import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { PackedPart } from '../../../activities/month/dependencies';
import work, { type Job } from '../../../worker/threads/job';
import { createMonthFiles, type RunInThread } from '../../../worker/threads/month-files';
import {
  column,
  counter,
  never,
  planOf,
  rowsOfText,
  stampOf,
  testFolder,
  unpacked,
  write,
} from '../storage/month/files';

const at = testFolder();
const PLAN = planOf([column('day', 'date'), column('id', 'integer'), column('name')], { keyColumns: [1] });
const ROWS = `${rowsOfText(60_000).join('\n')}\n`;

/** The body of a thread, in this one: ports and messages are the same. */
const run: RunInThread = async (month, progress, signal) => {
  const { port1, port2 } = new MessageChannel();
  signal.addEventListener('abort', () => port1.postMessage('stop'), { once: true });
  try {
    const job = { work: { month }, progress: progress.buffer, abort: port2 } as unknown as Job;
    const outcome = await work(job);
    if (outcome.ok) return outcome.month!;
    const { code, message, place, next } = outcome.error;
    throw new LongshoreError(code, message, place, { next });
  } finally {
    port1.close();
  }
};
const files = () => createMonthFiles({ tempDirectory: at('temp') }, run);

const request = (path: string) => ({
  path,
  stamp: stampOf(path),
  plan: PLAN,
  keyFolder: at('keys'),
  pack: { folder: at('parts'), compression: 'zstd' as const, level: 1, partBytes: 1000 },
});

describe('the files of a month in threads', () => {
  it('hand over parts one at a time, and answer what is asked of the whole', async () => {
    const path = write(at('in.tsv'), `day\tid\tname\n${ROWS}20240101\t7\tagain\n`);
    const month = files();
    const { columns, firstRow } = await month.header(path, PLAN.format);
    expect([columns, firstRow]).toEqual([['day', 'id', 'name'], { byte: 12, line: 2 }]);
    const parts: PackedPart[] = [];
    let underWay = 0;
    let most = 0;
    const progress = counter();
    await month.pack(
      request(path),
      async (part) => {
        most = Math.max(most, ++underWay);
        await sleep(5);
        parts.push(part);
        underWay--;
      },
      progress,
      never(),
    );
    expect(most).toBe(1);
    expect(unpacked(at('parts'), parts)).toBe(`${ROWS}20240101\t7\tagain\n`);
    expect(progress[0]).toBe(60_001n);
    const asked = { path, plan: PLAN, keyFolder: at('keys'), parts: parts.length, rows: 60_001 };
    expect(await month.duplicates(asked, counter(), never())).toEqual({
      keyColumns: ['id'],
      keys: 1,
      extraRows: 1,
      samples: [{ key: ['7'], count: 2, lines: [9, 60_002] }],
    });
    const rules = [{ name: 'r', condition: 'id >= 0', severity: 'critical' as const }];
    expect(await month.rules({ path, plan: PLAN, rules }, counter(), never())).toMatchObject([{ violations: 0 }]);
    const clean = { path, plan: PLAN, clean: at('good'), rejected: at('bad'), replace: false };
    expect(await month.clean(clean, counter(), never())).toEqual({ rows: 60_001, rejectedRows: 0, samples: [] });
    expect((await month.inferTypes(path, PLAN)).map(({ type }) => type.kind)).toEqual(['date', 'integer', 'text']);
  });

  it('stop with what the taker of a part threw, itself', async () => {
    const path = write(at('in.tsv'), `day\tid\tname\n${ROWS}`);
    const refusal = new Error('the stage is gone');
    const packing = files().pack(request(path), async () => Promise.reject(refusal), counter(), never());
    await expect(packing).rejects.toBe(refusal);
    expect(readdirSync(at('parts')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('stop when told to, also while a part waits to be taken', async () => {
    const path = write(at('in.tsv'), `day\tid\tname\n${ROWS}`);
    const controller = new AbortController();
    const packing = files().pack(
      request(path),
      async () => {
        controller.abort();
        await new Promise(() => undefined);
      },
      counter(),
      controller.signal,
    );
    await expect(packing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(at('parts')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});
