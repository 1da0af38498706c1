import { writeFileSync } from 'node:fs';
import { errorOf, january, monthRigs, TRADES } from './rig';

const rigOf = monthRigs();
const LENIENT = { levels: { range: 'warning', types: 'warning', columns: 'warning' } };

describe('rows that do not belong', () => {
  it('keep a file from replacing its month, where they would be there twice afterwards', async () => {
    const rig = await rigOf({ tables: { trades: { ...TRADES, load: 'replace', quality: LENIENT } } });
    rig.write('trades_2024-01.tsv', [...january(), '2024-02-01\t900\tlate']);
    await rig.sql("INSERT INTO trades VALUES ('2024-01-05', 1, 'old')");
    const { ref } = await rig.plan();
    const { id } = await rig.file(ref.batchId, 'trades_2024-01.tsv');
    await rig.stage({ ...ref, fileId: id });
    expect(await errorOf(rig.run('publishTable', { ...ref, table: 'trades' }))).toMatchObject({
      code: 'QUALITY_FAILED',
      message: expect.stringMatching(/one of its rows is not of that month \(the first day is 2024-02-01\)/) as string,
    });
    expect(await rig.sql('SELECT name FROM trades')).toEqual([{ name: 'old' }]);
  });

  it.each(['none', 'file', 'warehouse'] as const)(
    'with an empty field too many are refused with their line before anything is copied, checks: %s',
    async (quality) => {
      const rig = await rigOf({ tables: { trades: { ...TRADES, quality: LENIENT } } });
      const path = rig.write('trades_2024-01.tsv');
      writeFileSync(path, ['day\tid\tname', ...january(), '2024-01-31\t900\tx\t', ''].join('\n'));
      const { ref } = await rig.plan({ quality });
      const { id } = await rig.file(ref.batchId, 'trades_2024-01.tsv');
      expect(await errorOf(rig.run('packFile', { ...ref, fileId: id }))).toMatchObject({
        code: 'COPY_FAILED',
        place: { line: 64 },
        message: expect.stringMatching(/line 64: the row has 4 fields, and 3 are expected/) as string,
      });
    },
  );

  it('are told of by their line where only the warehouse finds them', async () => {
    const rig = await rigOf({ tables: { trades: TRADES } });
    await rig.sql('DROP TABLE trades');
    await rig.sql('CREATE TABLE trades (day DATE, id BIGINT, name UUID)');
    const rows = january().map((line) => line.replace(/name.*/, '6f9619ff-8b86-d011-b42d-00c04fc964ff'));
    rig.write('trades_2024-01.tsv', [...rows.slice(0, 40), '2024-01-21\t900\tnone', ...rows.slice(40)]);
    const { ref } = await rig.plan({ quality: 'none' });
    const { id } = await rig.file(ref.batchId, 'trades_2024-01.tsv');
    expect(await errorOf(rig.stage({ ...ref, fileId: id }))).toMatchObject({ place: { line: 42, column: 'name' } });
  });
});
