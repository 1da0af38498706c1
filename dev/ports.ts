import { connect, createServer } from 'node:net';

const bind = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });

/** `preferred` when nothing listens there on 127.0.0.1, else any free port. Another process may still be quicker. */
export async function freePort(preferred = 0): Promise<number> {
  const port = (preferred > 0 ? await bind(preferred) : undefined) ?? (await bind(0));
  if (port === undefined) throw new Error('No TCP port is free on 127.0.0.1.');
  return port;
}

/** Does anything accept connections on this port of 127.0.0.1? */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
