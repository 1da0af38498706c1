import type { Io } from '../../../cli/core/io';

export interface FakeIo extends Io {
  stdout: string;
  stderr: string;
  width: number;
  time: number;
}

/** A terminal or a pipe that remembers what was written to it. */
export function fakeIo(
  options: { terminal?: boolean; width?: number; env?: Record<string, string>; cwd?: string } = {},
): FakeIo {
  const { terminal = false, width = 80, env = {}, cwd = '/nowhere' } = options;
  const io: FakeIo = {
    stdout: '',
    stderr: '',
    width,
    time: 0,
    env,
    cwd,
    out: (text) => void (io.stdout += text),
    err: (text) => void (io.stderr += text),
    outIsTerminal: terminal,
    errIsTerminal: terminal,
    columns: () => (terminal ? io.width : undefined),
    now: () => io.time,
  };
  return io;
}
