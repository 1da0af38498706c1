import { join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { EXIT } from '../../schemas/constants';
import { createCommand } from '../core/create-command';
import { integer, text } from '../core/options';
import { fileSettings } from '../core/settings';
import { homeFolder, readState, removeState, writeState } from '../core/state-file';
import { workerOptions } from '../core/worker-options';
import { aborted, loadWorker } from './worker';

export const up = createCommand({
  path: ['up'],
  summary: 'Start Temporal, the catalog and a worker on this machine, until Ctrl-C',
  details:
    'Data is kept in `.longshore` beside the configuration file. A catalog that the configuration names is used instead of the embedded one. ' +
    'Commands that use the same configuration file find these servers by themselves.',
  args: {},
  options: {
    temporalPort: integer('PORT', 7233, 'port of Temporal; another one when it is taken'),
    uiPort: integer('PORT', 8233, 'port of the Temporal Web UI; another one when it is taken'),
    namespace: text('NAME', 'namespace in Temporal (default: that of the configuration)'),
  },
  examples: [
    ['up', 'start everything'],
    ['up --config shop/longshore.yaml', 'for a configuration elsewhere'],
  ],
  async run(context, { options }) {
    const { configPath } = context;
    const other = readState(configPath);
    if (other) {
      const next = `Use it, or end it first: it is process ${other.pid}.`;
      throw new LongshoreError(
        'USAGE',
        `\`longshore up\` is already running for this configuration, with Temporal at ${other.temporalAddress}.`,
        { file: configPath },
        { next },
      );
    }
    const file = fileSettings(configPath, context.io.env);
    if (!file) throw new LongshoreError('CONFIG_NOT_FOUND', `There is no file ${configPath}.`, { file: configPath });
    const interrupts = context.interrupts();
    const home = homeFolder(configPath);
    const stops: (() => Promise<void>)[] = [];
    const deaths: Promise<string>[] = [];
    try {
      let catalogUrl = file.catalog?.url;
      if (catalogUrl === undefined) {
        context.note('Starting the catalog…');
        const postgres = await loadPostgres().startPostgres({ dataDir: join(home, 'postgres') });
        stops.push(() => postgres.stop());
        deaths.push(postgres.exited.then(() => 'the catalog'));
        catalogUrl = await postgres.ensureDatabase('longshore');
      }
      context.note('Starting Temporal…');
      const namespace = options.namespace ?? file.temporal.namespace;
      const temporal = await loadTemporal().startTemporal({
        port: options.temporalPort === 7233 ? undefined : options.temporalPort,
        uiPort: options.uiPort === 8233 ? undefined : options.uiPort,
        namespace,
        dbFile: join(home, 'temporal', 'temporal.db'),
        logFile: join(home, 'temporal', 'server.log'),
        notify: context.note,
      });
      stops.push(() => temporal.stop());
      deaths.push(temporal.exited.then(() => 'Temporal'));
      const settings = { temporal: { address: temporal.address, namespace }, catalogUrl };
      const worker = await loadWorker().startWorker(
        await workerOptions(context, settings, { logFile: join(home, 'logs', 'worker.log') }),
      );
      stops.push(() => worker.stop());
      deaths.push(
        worker.done.then(
          () => 'the worker',
          () => 'the worker',
        ),
      );
      writeState(configPath, {
        temporalAddress: temporal.address,
        namespace,
        catalogUrl,
        uiUrl: temporal.uiUrl,
        pid: process.pid,
      });
      stops.push(async () => removeState(configPath));
      context.result({ ready: true, temporal: temporal.address, namespace, ui: temporal.uiUrl }, () =>
        [
          `Ready. Temporal listens on ${temporal.address}, its Web UI is ${temporal.uiUrl ?? 'off'}.`,
          `The log of the worker is ${join(home, 'logs', 'current.log')}. Ctrl-C stops everything; data stays.`,
        ].join('\n'),
      );
      const dead = await Promise.race([aborted(interrupts.signal), ...deaths]);
      if (typeof dead === 'string' && !interrupts.signal.aborted) {
        context.io.err(
          `${context.colours.red('error')} ${dead} has ended by itself; stopping the rest. See the logs in ${home}.\n`,
        );
        return EXIT.failed;
      }
      context.note('Stopping…');
      return EXIT.done;
    } finally {
      // In reverse: nobody is left to lose its server.
      for (const stop of stops.reverse()) await stop();
    }
  },
});

type PostgresModule = typeof import('../../dev/embedded-postgres');
type TemporalModule = typeof import('../../dev/temporal-server');

// As in `loadWorker`.
const loadPostgres = (): PostgresModule => require('../../dev/embedded-postgres') as PostgresModule;
const loadTemporal = (): TemporalModule => require('../../dev/temporal-server') as TemporalModule;
