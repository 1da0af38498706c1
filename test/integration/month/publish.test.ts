import { LongshoreError } from '../../../core/errors/longshore-error';
import { errorOf, january, monthRigs, TRADES } from './rig';

const rigOf = monthRigs();

const A = 'trades_2024-01_a.tsv';
const B = 'trades_2024-01_b.tsv';
const COUNT = 'SELECT count(*)::INT AS n FROM trades';

/** Two files of a month, the first and the second half of it. */
async function twoFiles(tables: object = TRADES, more = {}) {
  const rig = await rigOf({ tables: { trades: tables } });
  rig.write(A, january().slice(0, 30));
  rig.write(B, january().slice(30));
  const { ref, runId } = await rig.plan(more);
  const files = [await rig.file(ref.batchId, A), await rig.file(ref.batchId, B)] as const;
  return { rig, ref, runId, files, publish: () => rig.run('publishTable', { ...ref, table: 'trades' }) };
}

async function staged(...args: Parameters<typeof twoFiles>) {
  const made = await twoFiles(...args);
  for (const { id } of made.files) await made.rig.stage({ ...made.ref, fileId: id });
  return made;
}

describe('publishing a table', () => {
  it('makes the rows of all its files visible, leaves a mark, and drops what it was staged in', async () => {
    const { rig, ref, publish } = await staged();
    expect(await rig.sql(COUNT)).toEqual([{ n: 0 }]);
    expect(await publish()).toEqual({ rows: 62 });
    expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
    expect(await rig.sql('SELECT kind, batch, month, rows::INT AS rows, files FROM "LONGSHORE_LEDGER"')).toEqual([
      { kind: 'load', batch: ref.batch, month: '2024-01', rows: 62, files: `${A}, ${B}` },
    ]);
    const left = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'longshore_staging'";
    expect(await rig.sql(left)).toEqual([]);
    const files = await rig.deps.catalog.months.files(ref.batchId);
    expect(files.map(({ state }) => state)).toEqual(['published', 'published']);
    expect(await publish()).toEqual({ rows: 0 });
    expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
  });

  it.each([0, 1, 2])(
    'publishes nothing twice when it was cut off after %i files were written down',
    async (written) => {
      const { rig, ref, publish } = await staged();
      const { updateFile } = rig.deps.catalog.months;
      let done = 0;
      const cut = jest.spyOn(rig.deps.catalog.months, 'updateFile').mockImplementation(async (id, patch) => {
        if (patch.state === 'published' && done++ === written) throw new Error('the worker was killed');
        return updateFile.call(rig.deps.catalog.months, id, patch);
      });
      const first = publish();
      if (written < 2) await expect(first).rejects.toThrow('killed');
      else await first;
      cut.mockRestore();
      expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
      await publish();
      expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
      const files = await rig.deps.catalog.months.files(ref.batchId);
      expect(files.map(({ state }) => state)).toEqual(['published', 'published']);
    },
  );

  it('replaces the rows of the month, and of no other', async () => {
    const { rig, publish, runId } = await staged({ ...TRADES, load: 'replace' });
    await rig.sql(
      "INSERT INTO trades VALUES ('2023-12-31', 1, 'x'), ('2024-01-01', 2, 'x'), ('2024-01-31', 3, 'x'), ('2024-02-01', 4, 'x'), (NULL, 5, 'x')",
    );
    await publish();
    expect(await rig.sql("SELECT id::INT AS id FROM trades WHERE name = 'x' ORDER BY id")).toEqual([
      { id: 1 },
      { id: 4 },
      { id: 5 },
    ]);
    expect(await rig.sql(COUNT)).toEqual([{ n: 65 }]);
    expect(await rig.log(runId)).toContain('info trades: 62 rows of 2024-01 published, 2 old rows gave way');
  });

  it('knows what was published and not written down, also when another file has come since', async () => {
    const rig = await rigOf({ tables: { trades: { ...TRADES, expectedRange: 'none' } } });
    rig.write(A, january().slice(0, 30));
    const first = await rig.plan();
    await rig.stage({ ...first.ref, fileId: (await rig.file(first.ref.batchId, A)).id });
    const { updateFile } = rig.deps.catalog.months;
    const cut = jest.spyOn(rig.deps.catalog.months, 'updateFile').mockImplementation(async (id, patch) => {
      if (patch.state === 'published') throw new Error('the worker was killed');
      return updateFile.call(rig.deps.catalog.months, id, patch);
    });
    await expect(rig.run('publishTable', { ...first.ref, table: 'trades' })).rejects.toThrow('killed');
    cut.mockRestore();
    expect(await rig.sql(COUNT)).toEqual([{ n: 30 }]);
    await rig.run('endBatch', { runId: first.runId, batchId: first.ref.batchId, status: 'partial' });
    rig.write(B, january().slice(30));
    const { ref } = await rig.plan({ resume: true });
    await rig.stage({ ...ref, fileId: (await rig.file(ref.batchId, B)).id });
    expect(await rig.run('publishTable', { ...ref, table: 'trades' })).toEqual({ rows: 32 });
    expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
  });

  it('replaces also when the run is asked to, whatever the definition says', async () => {
    const { rig, publish } = await staged(TRADES, { replace: true });
    await rig.sql("INSERT INTO trades VALUES ('2024-01-01', 2, 'x')");
    await publish();
    expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
  });

  it('does not replace what the same batch has published before a file came late', async () => {
    const rig = await rigOf({ tables: { trades: { ...TRADES, load: 'replace', expectedRange: 'none' } } });
    rig.write(A, january().slice(0, 30));
    const first = await rig.plan();
    await rig.stage({ ...first.ref, fileId: (await rig.file(first.ref.batchId, A)).id });
    await rig.run('publishTable', { ...first.ref, table: 'trades' });
    await rig.run('endBatch', { runId: first.runId, batchId: first.ref.batchId, status: 'partial' });
    rig.write(B, january().slice(30));
    const { ref } = await rig.plan({ resume: true });
    await rig.stage({ ...ref, fileId: (await rig.file(ref.batchId, B)).id });
    expect(await rig.run('publishTable', { ...ref, table: 'trades' })).toEqual({ rows: 32 });
    expect(await rig.sql(COUNT)).toEqual([{ n: 62 }]);
  });

  it('replaces nothing where no column says which rows are of the month', async () => {
    const { rig, publish } = await staged({ files: TRADES.files }, { replace: true });
    const error = await errorOf(publish());
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.place.path).toMatch(/\.tables\.trades\.dateColumn$/);
    expect(await rig.sql(COUNT)).toEqual([{ n: 0 }]);
  });

  it('publishes nothing of which fewer rows arrive than were in the files', async () => {
    const { rig, publish, files } = await staged();
    await rig.deps.catalog.months.updateFile(files[1].id, { rows: 33 });
    expect(await errorOf(publish())).toMatchObject({ code: 'COUNT_MISMATCH' });
    expect(await rig.sql(COUNT)).toEqual([{ n: 0 }]);
  });

  it('judges the month by all of its files: days that none of them has keep it from being published', async () => {
    const rig = await rigOf();
    rig.write(A, january().slice(0, 30));
    rig.write(B, january().slice(34));
    const { ref } = await rig.plan();
    for (const name of [A, B]) await rig.stage({ ...ref, fileId: (await rig.file(ref.batchId, name)).id });
    const error = await errorOf(rig.run('publishTable', { ...ref, table: 'trades' }));
    expect(error).toMatchObject({ code: 'QUALITY_FAILED' });
    expect(error.message).toContain('2024-01-16');
    expect(await rig.sql(COUNT)).toEqual([{ n: 0 }]);
    const [last] = await rig.deps.catalog.months.qualityHistory({ batchId: ref.batchId, limit: 1 });
    expect(last).toMatchObject({ file: '2 files of 2024-01', rows: 58, verdict: 'failed' });
  });

  it('publishes nothing when it is only to check, and needs the table to be there otherwise', async () => {
    const check = await twoFiles(TRADES, { action: 'check' });
    for (const { id } of check.files) await check.rig.stage({ ...check.ref, fileId: id });
    expect(await check.publish()).toEqual({ rows: 0 });
    expect(await check.rig.sql(COUNT)).toEqual([{ n: 0 }]);
    const { rig, publish } = await staged();
    rig.override({ describe: async () => undefined });
    expect(await errorOf(publish())).toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });
});

describe('copying into a staging table', () => {
  const packed = async () => {
    const made = await twoFiles();
    const ref = { ...made.ref, fileId: made.files[0].id };
    await made.rig.run('packFile', ref);
    return { ...made, ref, file: made.files[0] };
  };

  it('proves that file, COPY and table have the same rows, and empties the stage', async () => {
    const { rig, ref } = await packed();
    expect(await rig.run('copyFile', ref)).toMatchObject({ rowsCopied: 30, rowsStaged: 30 });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
    expect(await rig.file(ref.batchId, A)).toMatchObject({ state: 'staged', copied: { rowsStaged: 30 } });
    // Once more, and nothing is copied again.
    rig.override({ copy: () => Promise.reject(new Error('copied twice')) });
    expect(await rig.run('copyFile', ref)).toMatchObject({ rowsStaged: 30 });
    await rig.deps.catalog.months.updateFile(ref.fileId, { state: 'published' });
    expect(await rig.run('copyFile', ref)).toEqual({ rowsCopied: 0, rowsStaged: 0, seconds: 0 });
  });

  it('forgets parts that are no longer in the stage, so that they are packed again', async () => {
    const { rig, ref } = await packed();
    await rig.deps.warehouses.use(ref, (warehouse) => warehouse.stage.remove(''));
    const error = await errorOf(rig.run('copyFile', ref));
    expect(error).toMatchObject({ code: 'STAGE_INCOMPLETE' });
    expect(error.message).toContain('1 of 1 parts');
    expect(await rig.deps.catalog.months.parts(ref.fileId)).toEqual([]);
    await rig.stage(ref);
    expect(await rig.file(ref.batchId, A)).toMatchObject({ state: 'staged' });
  });

  it('refuses a COPY that loaded fewer rows than the file has', async () => {
    const { rig, ref } = await packed();
    const copied = { rowsLoaded: 29, rowsParsed: 29, rowsStaged: 29, files: 1, seconds: 1 };
    rig.override({ copy: async () => copied });
    const error = await errorOf(rig.run('copyFile', ref));
    expect(error).toMatchObject({ code: 'COUNT_MISMATCH' });
    expect(error.message).toContain('has 30 rows, COPY loaded 29');
  });

  it('tells a statement of an earlier attempt, and writes down the one that it submits', async () => {
    const { rig, ref, runId } = await packed();
    await rig.deps.catalog.months.updateFile(ref.fileId, { copyStatement: 'q-1' });
    const known: (string | undefined)[] = [];
    rig.override({
      copy: async (_, control) => {
        known.push(control.known);
        await control.onSubmitted('q-2');
        return { rowsLoaded: 30, rowsParsed: 30, rowsStaged: 30, files: 1, seconds: 2 };
      },
    });
    await rig.run('copyFile', ref);
    expect(known).toEqual(['q-1']);
    expect(await rig.file(ref.batchId, A)).toMatchObject({ copyStatement: 'q-2', copied: { seconds: 2 } });
    expect(await rig.log(runId)).toContain(`info ${A}: COPY submitted as q-2`);
  });

  it('tells what the warehouse refused in terms of the file: line, column, value and remedy', async () => {
    const rig = await rigOf();
    const lines = january();
    lines[40] = '2024-01-21\tforty\tname';
    rig.write(A, lines);
    const { ref } = await rig.plan({ quality: 'none' });
    const at = { ...ref, fileId: (await rig.file(ref.batchId, A)).id };
    await rig.run('packFile', at);
    const error = await errorOf(rig.run('copyFile', at));
    expect(error).toMatchObject({ code: 'VALUE_NOT_REPRESENTABLE', place: { line: 42, column: 'id' } });
    expect(error.message).toMatch(/trades_2024-01_a\.tsv, line 42, column id: .*forty/);
    expect(error.next).toContain(`month clean-file ${ref.batch}`);
    expect(await rig.sql(COUNT)).toEqual([{ n: 0 }]);
  });

  it('leaves errors that are not the fault of a row as they are, and needs the table', async () => {
    const { rig, ref } = await packed();
    const lost = new LongshoreError('CONNECTION_LOST', 'gone');
    rig.override({ copy: () => Promise.reject(lost) });
    expect(await errorOf(rig.run('copyFile', ref))).toBe(lost);
    rig.override({ describe: async () => undefined });
    expect(await errorOf(rig.run('copyFile', ref))).toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  it('uses the line that the warehouse gives, counted from where the part begins', async () => {
    const { rig, ref } = await packed();
    const [part] = await rig.deps.catalog.months.parts(ref.fileId);
    const refused = new LongshoreError('COPY_FAILED', 'Numeric value is not recognized', {
      file: `@STAGE/x/${part?.result.name}`,
      line: 5,
      column: 'id',
    });
    rig.override({ copy: () => Promise.reject(refused) });
    const error = await errorOf(rig.run('copyFile', ref));
    expect(error).toMatchObject({ code: 'COPY_FAILED', place: { line: 6, column: 'id', table: 'trades' } });
  });
});
