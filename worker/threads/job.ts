/** The body of a mover thread: opens the database, moves one part, closes it again. */
import type { MessagePort } from 'node:worker_threads';
import { toLongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import type { MovedPart } from '../../activities/dependencies';
import type {
  Database,
  ExtractRequest,
  LoadRequest,
  OpenOptions,
  ProgressCounter,
  WireLoadRequest,
} from '../../connectors/connector';
import { connectorFor } from '../../connectors/registry';
import type { EnvironmentConfig } from '../../schemas/environment';

export interface Job {
  environment: EnvironmentConfig;
  options: OpenOptions;
  work: { extract: ExtractRequest; alongside?: Alongside } | { load: LoadRequest };
  /** Two 64-bit counters, rows and bytes. */
  progress: SharedArrayBuffer;
  /** Any message on it means: stop. */
  abort: MessagePort;
}

/** Where the rows of a part go while they are read, where the two databases speak the same format. */
export interface Alongside {
  environment: EnvironmentConfig;
  request: Omit<WireLoadRequest, 'format'>;
}

/** Errors cross the thread as reports, since structured clone keeps nothing of an error but its text. */
export type JobOutcome = { ok: true; moved?: MovedPart } | { ok: false; error: ErrorReport };

export default async function move({ environment, options, work, progress, abort }: Job): Promise<JobOutcome> {
  const controller = new AbortController();
  abort.once('message', () => controller.abort());
  abort.unref();
  const counter = new BigInt64Array(progress);
  try {
    const connector = connectorFor(environment.kind);
    const database = await connector.open(environment, options);
    try {
      if ('extract' in work)
        return { ok: true, moved: await extract(database, work, options, counter, controller.signal) };
      await database.target.loadPart(work.load, counter, controller.signal);
      return { ok: true };
    } finally {
      await database.close();
    }
  } catch (error) {
    return { ok: false, error: toLongshoreError(error).toJSON() };
  } finally {
    abort.close();
  }
}

type Staged = MovedPart['staged'];

async function extract(
  source: Database,
  { extract: request, alongside }: { extract: ExtractRequest; alongside?: Alongside },
  options: OpenOptions,
  counter: ProgressCounter,
  signal: AbortSignal,
): Promise<MovedPart> {
  const format = alongside && source.source.wireFormat(request.columns);
  if (!format) return { part: await source.source.extractPart(request, counter, signal), staged: 'no' };
  const target = await connectorFor(alongside.environment.kind).open(alongside.environment, options);
  try {
    const load = await target.target.openWireLoad({ ...alongside.request, format });
    if (typeof load !== 'object')
      return { part: await source.source.extractPart(request, counter, signal), staged: STAGED[load ?? 'no'] };
    try {
      const part = await source.source.extractPart(request, counter, signal, load);
      return { part, staged: (await load.finish(part.rows)) ? 'yes' : 'no' };
    } finally {
      load.abandon();
    }
  } finally {
    await target.close();
  }
}

const STAGED = { no: 'no', loaded: 'yes', doubtful: 'doubtful' } as const satisfies Record<string, Staged>;
