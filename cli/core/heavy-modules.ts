/**
 * What only `up` and `worker` need, loaded when they run: the other commands start without it. `require`, because
 * `import()` in CommonJS wants the name of the compiled file, which tests do not have.
 */
type WorkerModule = typeof import('../../worker');
type PostgresModule = typeof import('../../dev/embedded-postgres');
type TemporalModule = typeof import('../../dev/temporal-server');

export const loadWorker = (): WorkerModule => require('../../worker') as WorkerModule;
export const loadPostgres = (): PostgresModule => require('../../dev/embedded-postgres') as PostgresModule;
export const loadTemporal = (): TemporalModule => require('../../dev/temporal-server') as TemporalModule;
