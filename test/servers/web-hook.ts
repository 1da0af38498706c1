import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebHookRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  at: number;
}

export interface WebHookAnswer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
  /** Never answers. */
  silent?: boolean;
}

export interface WebHook {
  /** With a path as secret as those of Slack. */
  url: string;
  requests: WebHookRequest[];
  close(): Promise<void>;
}

/** A real HTTP server that answers as told, request by request; the last answer stays. */
export async function startWebHook(
  answers: readonly WebHookAnswer[] = [{ status: 200, body: 'ok' }],
): Promise<WebHook> {
  const requests: WebHookRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text), at: Date.now() });
      if (!answer || answer.silent) return;
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0SECRET1/B0SECRET2/s3cr3tS3cr3tS3cr3t`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
