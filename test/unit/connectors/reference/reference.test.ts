import fc from 'fast-check';
import { fitKey, fitText, fitValues, shapeOf, CONFIG_TABLE, TRACKING_TABLE, type FoundColumn } from '../../../../connectors/reference-columns'; // prettier-ignore
import { referenceRecord, trackingRecord } from '../../../../connectors/reference-rows';
import { remember } from '../../../../connectors/reference-shapes';
import { readOnlyReference } from '../../../../connectors/read-only-target';
import type { ReferenceTables } from '../../../../connectors/reference-tables';
import { postgresTypes } from '../../../../connectors/postgres/type-system';
import { tooNarrow } from '../../../../connectors/widening';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import type { TableSchema } from '../../../../core/types/table';

const ref = { schema: 'ref', name: 'T' };
const column = (name: string, change: Partial<FoundColumn> = {}): FoundColumn => ({
  name,
  type: 'text',
  needsValue: false,
  ...change,
});
const codeOf = (work: () => unknown): [string, string | undefined] | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof LongshoreError ? [error.code, error.place.column] : ['?', undefined];
  }
};

describe('tables that are there already', () => {
  test('columns are found whatever their capitals, the exact name first', () => {
    const found = ['ID', 'Schema_Name', 'table_name', 'TABLE_NAME', 'Other'].map((name) => column(name));
    const shape = shapeOf(ref, CONFIG_TABLE, found);
    expect([...shape].map(([name, { name: own }]) => [name, own])).toEqual([
      ['id', 'ID'],
      ['schema_name', 'Schema_Name'],
      ['table_name', 'table_name'],
    ]);
  });

  test.each<[string[], string[], string]>([
    [['id', 'file_path'], [], 'status'],
    [['file_path', 'status'], [], 'id'],
    [['id', 'file_path', 'status', 'owner'], ['owner'], 'owner'],
    [['id', 'file_path', 'status'], ['id'], 'id'],
  ])('columns %j, of which %j must have a value, are refused for %s', (names, needing, refused) => {
    const found = names.map((name) => column(name, { needsValue: needing.includes(name) }));
    expect(codeOf(() => shapeOf(ref, TRACKING_TABLE, found))).toEqual(['SCHEMA_MISMATCH', refused]);
  });

  test('a column that must have a value and gets one is no obstacle', () => {
    const found = ['id', 'file_path', 'status'].map((name) => column(name, { needsValue: name === 'status' }));
    expect(codeOf(() => shapeOf(ref, TRACKING_TABLE, found))).toBeUndefined();
  });

  test('values are left out where the table has no column, and cut where it is short', () => {
    const found = [column('id'), column('file_path', { maxLength: 30 }), column('STATUS', { maxLength: 4 })];
    const fitted = fitValues(TRACKING_TABLE, shapeOf(ref, TRACKING_TABLE, found), {
      file_path: 'p'.repeat(40),
      status: 'loaded',
      file_size: 3,
    });
    expect(fitted.map(({ column: { name }, value }) => [name, String(value).length])).toEqual([
      ['file_path', 30],
      ['STATUS', 4],
    ]);
  });
});

describe('texts that are too long', () => {
  const anyText = fc.string({ unit: 'grapheme', maxLength: 80 });

  test('are cut to a beginning of themselves that ends with a whole character', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 60 }), (text, maxLength) => {
        const cut = fitText(text, maxLength);
        expect(text.startsWith(cut)).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(maxLength);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, maxLength - 1));
        expect(cut.isWellFormed()).toBe(text.isWellFormed() || cut.isWellFormed());
      }),
    );
  });

  test('stay different and within the length where they are names', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer({ min: 20, max: 60 }), (one, other, maxLength) => {
        const [a, b] = [fitKey(one, maxLength), fitKey(other, maxLength)];
        expect(a.length).toBeLessThanOrEqual(maxLength);
        expect(a === b).toBe(one === other);
      }),
    );
  });
});

describe('rows as drivers give them', () => {
  test('texts, numbers and Dates of any driver make the same record', () => {
    const expected = { id: 7, filePath: 'p', fileName: 'n', fileSize: 9, loadType: 'l', isReferenceData: true, referenceConfigInserted: false, status: 's', createdAt: new Date(1_500) }; // prettier-ignore
    const base = { file_path: 'p', file_name: 'n', load_type: 'l', status: 's', table_name: null, processed_at: null };
    const postgres = { ...base, id: '7', file_size: '9', is_reference_data: 't', reference_config_inserted: 'f', created_at: '1500' }; // prettier-ignore
    const mssql = { ...base, id: 7, file_size: '9', is_reference_data: true, reference_config_inserted: false, created_at: new Date(1_500) }; // prettier-ignore
    expect(trackingRecord(postgres)).toEqual(expected);
    expect(trackingRecord(mssql)).toEqual(expected);
  });

  test('what a table does not keep has a value all the same', () => {
    expect(referenceRecord({ id: 1, schema_name: 's', table_name: 't' })).toEqual({
      id: 1,
      schemaName: 's',
      tableName: 't',
      loadType: '',
      sourceFile: '',
      isActive: true,
      createdAt: new Date(0),
      updatedAt: new Date(0),
    });
  });
});

describe('what is known of tables', () => {
  test('is asked for once, again after the table has changed, and each time while there is none', async () => {
    let asked = 0;
    let shape: string | undefined;
    const known = remember(async () => {
      asked += 1;
      return shape;
    });
    const look = () => known.use(ref, async (found) => found);
    expect([await look(), await look(), asked]).toEqual([undefined, undefined, 2]);
    shape = 'old';
    expect([await look(), await look(), asked]).toEqual(['old', 'old', 3]);
    shape = 'new';
    const seen: (string | undefined)[] = [];
    await known.use(ref, async (found) => {
      seen.push(found);
      if (found === 'old') throw new LongshoreError('COLUMN_NOT_FOUND', 'gone');
    });
    expect([seen, asked]).toEqual([['old', 'new'], 4]);
  });

  test('other failures pass as they are, without a second attempt', async () => {
    let runs = 0;
    const known = remember(async () => 'shape');
    await known.use(ref, async () => undefined);
    const failing = known.use(ref, async () => {
      runs += 1;
      throw new LongshoreError('DEADLOCK', 'no');
    });
    await expect(failing).rejects.toMatchObject({ code: 'DEADLOCK' });
    expect(runs).toBe(1);
  });
});

describe('reference tables of a read-only environment', () => {
  test('let readings through with their own object, refuse the rest, and are no promise', async () => {
    const tables = {
      calls: 0,
      async tracked(this: { calls: number }) {
        this.calls += 1;
        return [];
      },
    };
    const guarded = readOnlyReference(tables as unknown as ReferenceTables, () => {
      throw new LongshoreError('READ_ONLY_ENVIRONMENT', 'no');
    });
    expect(await guarded.tracked(ref, { limit: 1 })).toEqual([]);
    await expect(guarded.dropBackup(ref)).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
    expect(await Promise.resolve(guarded)).toBe(guarded);
  });
});

describe('widening', () => {
  const table = (nativeType: string): TableSchema => ({
    ref,
    kind: 'table',
    columns: [{ name: 'v', nativeType, logical: postgresTypes.logical(nativeType), nullable: true }],
    uniqueKeys: [],
    indexes: [],
    foreignKeys: [],
    estimatedRows: -1,
    estimatedBytes: -1,
  });
  const narrow = (from: string, to: string) =>
    tooNarrow(postgresTypes, ref, table(from), [{ name: 'v', nativeType: to }]).map(({ nativeType }) => nativeType);

  test.each([
    ['integer', 'bigint', ['bigint']],
    ['character varying(10)', 'character varying(20)', ['character varying(20)']],
    ['character varying(20)', 'character varying(20)', []],
    ['character varying(20)', 'character varying(10)', []],
    ['text', 'character varying(10)', []],
    ['bigint', 'integer', []],
  ])('%s that shall become %s is altered to %j', (from, to, expected) => {
    expect(narrow(from, to)).toEqual(expected);
  });

  test('a type that does not hold the values that are there is refused', () => {
    expect(codeOf(() => narrow('character varying(20)', 'integer'))).toEqual(['SCHEMA_MISMATCH', 'v']);
  });
});
