/** The way to Temporal, with its failures put into our words. */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { LongshoreError } from '../core/errors/longshore-error';

export interface TemporalSettings {
  address: string;
  namespace: string;
  apiKey?: string;
  tls?: ConnectionOptions['tls'];
}

/** A connected client whose calls end after a few seconds when the server is away. */
export interface TemporalAccess {
  readonly client: Client;
  readonly connection: Connection;
  readonly settings: TemporalSettings;
  /** Runs a quick call. Throws TEMPORAL_UNAVAILABLE when it is not answered in time; other errors pass. */
  call<T>(work: () => Promise<T>, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const CALL_TIMEOUT_MS = 10_000;

/** Connects within 5 seconds. Throws TEMPORAL_UNAVAILABLE naming address or namespace. */
export async function connectTemporal(settings: TemporalSettings): Promise<TemporalAccess> {
  const { address, namespace, apiKey, tls } = settings;
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, apiKey, tls, connectTimeout: CONNECT_TIMEOUT_MS });
  } catch (error) {
    throw unavailable(settings, 'no connection within 5 seconds', error);
  }
  const access: TemporalAccess = {
    client: new Client({ connection, namespace }),
    connection,
    settings,
    async call(work, timeoutMs = CALL_TIMEOUT_MS) {
      try {
        return await connection.withDeadline(Date.now() + timeoutMs, work);
      } catch (error) {
        if (isUnanswered(error)) throw unavailable(settings, reasonOf(error), error);
        throw error;
      }
    },
    close: () => connection.close(),
  };
  try {
    await access.call(() => connection.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    await connection.close();
    if (grpcCode(error) === NOT_FOUND) {
      const next = 'Correct `temporal.namespace`, or create the namespace.';
      throw new LongshoreError(
        'TEMPORAL_UNAVAILABLE',
        `The Temporal server at ${address} has no namespace ${namespace}.`,
        {},
        { cause: error, next },
      );
    }
    throw error instanceof LongshoreError ? error : unavailable(settings, reasonOf(error), error);
  }
  return access;
}

const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

/** Did the server not answer, so that asking again may help? */
export function isUnanswered(error: unknown): boolean {
  const code = grpcCode(error);
  return code === UNAVAILABLE || code === DEADLINE_EXCEEDED;
}

/** The gRPC status, which the SDK keeps in the error or in its cause. */
function grpcCode(error: unknown): number | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'number') return current.code;
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  if (grpcCode(error) === DEADLINE_EXCEEDED) return 'no answer in time';
  const message =
    error instanceof Error && error.cause instanceof Error
      ? error.cause.message
      : String(error instanceof Error ? error.message : error);
  return message.replace(/\.$/, '');
}

function unavailable({ address }: TemporalSettings, reason: string, cause: unknown): LongshoreError {
  return new LongshoreError(
    'TEMPORAL_UNAVAILABLE',
    `The Temporal server at ${address} does not answer: ${reason}.`,
    {},
    { cause },
  );
}
