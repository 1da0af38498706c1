import { liveTable, underway } from '../../../client/progress';
import type { TableProgress } from '../../../workflows/transfer-set/messages';
import type { RunTableRecord } from '../../../catalog';

const table: TableProgress = {
  table: 'public.orders',
  phase: 'copying',
  workflowId: 'w',
  estimatedRows: 100,
  rows: 0,
  bytes: 0,
  parts: 0,
  partsLoaded: 0,
};

describe('underway', () => {
  it('adds up heartbeats of reading and loading apart, and ignores everything else', () => {
    expect(
      underway([
        { type: 'extractPart', heartbeat: { rows: 10, bytes: 100 } },
        { type: 'extractPart', heartbeat: { rows: 5, bytes: 50 } },
        { type: 'loadPart', heartbeat: { rows: 3, bytes: 30 } },
        { type: 'loadPart', heartbeat: undefined },
        { type: 'loadPart', heartbeat: { rows: 'many' } },
        { type: 'measureSource', heartbeat: { rows: 99, bytes: 0 } },
      ]),
    ).toEqual({ rowsRead: 15, rowsLoaded: 3, bytesRead: 150 });
  });
});

describe('liveTable', () => {
  it('puts what is under way on top of what the ledger has', () => {
    const record = { rowsExtracted: 40, rowsLoaded: 20, bytes: 400, parts: 4, partsLoaded: 1 } as RunTableRecord;
    const child = { phase: 'copying', rows: 20, bytes: 200, parts: 4, partsLoaded: 1 } as const;
    expect(liveTable(table, record, child, { rowsRead: 7, rowsLoaded: 5, bytesRead: 9999 })).toMatchObject({
      rows: 25,
      rowsRead: 47,
      bytes: 470,
      parts: 4,
      partsLoaded: 1,
    });
  });

  it('never shows fewer rows read than loaded', () => {
    expect(liveTable(table, undefined, undefined, { rowsRead: 0, rowsLoaded: 5, bytesRead: 0 })).toMatchObject({
      rows: 5,
      rowsRead: 5,
    });
  });

  it('takes the finer phase from the workflow of the table', () => {
    const child = { phase: 'indexing', rows: 100, bytes: 1, parts: 1, partsLoaded: 1 } as const;
    expect(liveTable(table, undefined, child).phase).toBe('indexing');
    expect(liveTable({ ...table, phase: 'published' }, undefined, child).phase).toBe('published');
  });
});
