import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, startTemporal } from '../../../dev/temporal-server';
import { restartableTemporal } from '../../helpers/temporal';

describe('Temporal development server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers with its search attributes and Web UI, on other ports than those that are taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(7233, '127.0.0.1', resolve).once('error', () => resolve()));
    const server = await startTemporal({ logFile: join(folder, 'log') });
    const connection = await Connection.connect({ address: server.address });
    try {
      expect(server.address).not.toBe('127.0.0.1:7233');
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(SEARCH_ATTRIBUTES));
      expect((await fetch(server.uiUrl!)).status).toBe(200);
    } finally {
      await connection.close();
      await server.stop();
      await new Promise((resolve) => taken.close(resolve));
    }
    expect(() => process.kill(server.pid, 0)).toThrow();
  });

  it('says what the server said when it cannot start', async () => {
    const failing = startTemporal({
      logFile: join(folder, 'failed.log'),
      searchAttributes: ['not=a=name'],
      uiPort: false,
    });
    await expect(failing).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringMatching(/search.attribute/i) as string,
    });
  });

  it('comes back on the same port after a kill', async () => {
    const server = await restartableTemporal();
    try {
      await server.kill();
      await server.start();
      const connection = await Connection.connect({ address: server.address });
      await expect(connection.workflowService.describeNamespace({ namespace: 'default' })).resolves.toBeDefined();
      await connection.close();
    } finally {
      await server.close();
    }
  });
});
