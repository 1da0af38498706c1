import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DefaultLogger, type Logger as TemporalLogger, type LogLevel } from '@temporalio/worker';
import { pino, type Logger } from 'pino';

export interface LogOptions {
  level: string;
  /** JSON lines go into files of this name with a number, at most 20 MB each, ten kept; without it, to stderr. */
  file?: string;
}

/** The process's log: JSON, one line an event. Secrets never reach it; errors do with their stacks. */
export function createLog({ level, file }: LogOptions): Logger {
  if (!file) return pino({ level }, pino.destination(2));
  mkdirSync(dirname(file), { recursive: true });
  const target = {
    target: 'pino-roll',
    options: { file, size: '20m', limit: { count: 10 }, mkdir: true, symlink: true },
  };
  return pino({ level, transport: target });
}

/** Temporal's own messages in the same log. */
export function temporalLogger(log: Logger): TemporalLogger {
  const write: Record<LogLevel, (meta: object, message: string) => void> = {
    TRACE: (meta, message) => log.trace(meta, message),
    DEBUG: (meta, message) => log.debug(meta, message),
    INFO: (meta, message) => log.debug(meta, message),
    WARN: (meta, message) => log.warn(meta, message),
    ERROR: (meta, message) => log.error(meta, message),
  };
  return new DefaultLogger('INFO', ({ level, message, meta }) => write[level]({ ...meta }, message));
}
