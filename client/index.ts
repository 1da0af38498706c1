/** The one way in: whoever starts, watches or steers transfers, month batches and drop folders (command line, API, tests) does it through this client. */
import { type Catalog, openCatalog } from '../catalog';
import { connectTemporal, type TemporalSettings } from './connection';
import { type DropsClient, dropsClient } from './drop-folders';
import { type MonthsClient, monthsClient } from './months';
import { type RunsClient, runsClient } from './runs';
import { type SchedulesClient, schedulesClient } from './schedules';
import { type TransfersClient, transfersClient } from './transfers';
import { hasWorker } from './workers';

export type { ConfigurationInput } from './configuration';
export { connectConfigurations } from './configurations';
export type { ConfigurationOrigin, ConfigurationsClient, ConfigurationVersion, VersionName } from './configurations';
export type { TemporalSettings } from './connection';
export type { DropsClient, FileFilter } from './drop-folders';
export type { FileInWork, FolderStatus } from './drop-status';
export type { DropTaskKind, ResultOf, TaskOf, TaskRequest, TaskState } from './drop-tasks';
export type { Watching, WatchRequest } from './drop-watching';
export type { LiveProgress, LiveTable } from './progress';
export { ReferenceDataAPI } from './reference-data';
export type {
  OperationResult,
  OperationStatus,
  ProcessRequest,
  ReferenceDataOptions,
  TableInfo,
} from './reference-data';
export type { LiveBatch, LiveFile } from './month-progress';
export type { MonthTaskOf, MonthTaskRequest, MonthTaskResultOf } from './month-tasks';
export type { BatchRequest, MonthsClient, ResumeRequest, StartedBatch } from './months';
export { folderOfRun, isBatchRun, isMonthTask } from './run-id';
export type { RunDetails, RunFilter } from './runs';
export type { ScheduleInfo } from './schedules';
export type { Started, StartRequest } from './transfers';

export interface ClientOptions {
  temporal: TemporalSettings;
  catalog: { url: string };
}

export class LongshoreClient {
  private constructor(
    readonly transfers: TransfersClient,
    readonly runs: RunsClient,
    readonly schedules: SchedulesClient,
    readonly drops: DropsClient,
    readonly months: MonthsClient,
    readonly catalog: Catalog,
    /** Does a worker listen for work? */
    readonly hasWorker: () => Promise<boolean>,
    private readonly closeAll: () => Promise<void>,
  ) {}

  /** Throws TEMPORAL_UNAVAILABLE or CATALOG_UNAVAILABLE within about five seconds. */
  static async connect({ temporal: settings, catalog: { url } }: ClientOptions): Promise<LongshoreClient> {
    const temporal = await connectTemporal(settings);
    let catalog: Catalog;
    try {
      catalog = await openCatalog({ url, poolSize: 4, retryMs: 3_000 });
    } catch (error) {
      await temporal.close();
      throw error;
    }
    const context = { temporal, catalog };
    return new LongshoreClient(
      transfersClient(context),
      runsClient(context),
      schedulesClient(context),
      dropsClient(context),
      monthsClient(context),
      catalog,
      () => hasWorker(temporal),
      async () => {
        await Promise.all([temporal.close(), catalog.close()]);
      },
    );
  }

  /** Ends both connections. Runs go on. */
  close(): Promise<void> {
    return this.closeAll();
  }
}
