/** Temporal, catalog, client, and a worker whose workflows stand in for the real ones. */
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { LongshoreClient } from '../../../client';
import { TRANSFER_QUEUE } from '../../../workflows/queues';
import { testPostgres } from '../../helpers/postgres';
import { testTemporal } from '../../helpers/temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface DropSite {
  client: LongshoreClient;
  /** In a namespace where no worker listens. */
  alone: LongshoreClient;
  workflows: Client['workflow'];
  /** What a command line needs to find both servers. */
  env: Record<string, string>;
  unique(prefix: string): string;
  close(): Promise<void>;
}

export async function dropSite(): Promise<DropSite> {
  const postgres = await testPostgres();
  const url = await postgres.createDatabase('drop_client');
  const temporal = await testTemporal();
  const [namespace, empty] = [await temporal.createNamespace('drops'), await temporal.createNamespace('empty')];
  const { address } = temporal;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TRANSFER_QUEUE,
    workflowsPath: require.resolve('./stand-ins'),
  });
  const running = worker.run();
  const connect = (to: string) => LongshoreClient.connect({ temporal: { address, namespace: to }, catalog: { url } });
  const [client, alone] = [await connect(namespace), await connect(empty)];
  await eventually(() => client.hasWorker(), Boolean);
  return {
    client,
    alone,
    workflows: new Client({ connection: temporal.client.connection, namespace }).workflow,
    env: {
      LONGSHORE_TEMPORAL_ADDRESS: address,
      LONGSHORE_TEMPORAL_NAMESPACE: namespace,
      LONGSHORE_CATALOG_URL: url,
      LONGSHORE_USER: 'ann',
    },
    unique: temporal.unique,
    async close() {
      worker.shutdown();
      await running;
      await Promise.all([client.close(), alone.close(), connection.close()]);
      await temporal.close();
      await postgres.dropDatabase(url);
    },
  };
}

export async function eventually<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
    if (Date.now() > deadline) throw new Error(`it never became so: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
