import { createNotifier } from '../../../notify';
import { startMailServer } from '../../servers/mail-server';
import { startWebHook, type WebHook, type WebHookAnswer } from '../../servers/web-hook';
import { post, slackChannel } from './channels';

const open: { close(): Promise<void> }[] = [];
const quick = createNotifier({ firstWaitMs: 20 });

async function hook(...answers: WebHookAnswer[]): Promise<WebHook> {
  const started = await startWebHook(answers.length > 0 ? answers : undefined);
  open.push(started);
  return started;
}

const failureOf = async (attempt: Promise<unknown>): Promise<Error & { code: string }> => {
  try {
    await attempt;
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('it was delivered');
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('Slack', () => {
  it('gets the message as JSON at the address of the webhook', async () => {
    const { url, requests } = await hook();
    expect(await quick.send(slackChannel(url), post, { id: 'one' })).toEqual({ refused: [], attempts: 1 });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      path: new URL(url).pathname,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { text: 'sales FAILED', blocks: [{ type: 'divider' }] },
    });
  });

  it('that asks for patience gets it: no earlier than it said', async () => {
    const { url, requests } = await hook({ status: 429, headers: { 'retry-after': '1' } }, { status: 200, body: 'ok' });
    expect((await quick.send(slackChannel(url), post, { id: 'one' })).attempts).toBe(2);
    expect((requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('that asks for more patience than there is gets an end', async () => {
    const { url, requests } = await hook({ status: 429, headers: { 'retry-after': '3600' } });
    const started = Date.now();
    expect((await failureOf(quick.send(slackChannel(url), post, { id: 'one' }))).message).toContain('429');
    expect(requests).toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('that has a fault is tried three times', async () => {
    const { url, requests } = await hook({ status: 500, body: 'rollback_error' });
    const error = await failureOf(quick.send(slackChannel(url), post, { id: 'one' }));
    expect(error.message).toMatch(/team-slack.*127\.0\.0\.1:\d+ \(tried 3 times\): it answered 500: rollback_error/);
    expect(requests).toHaveLength(3);
  });

  it('that recovers gets the message', async () => {
    const { url } = await hook({ status: 503 }, { status: 502 }, { status: 200, body: 'ok' });
    expect((await quick.send(slackChannel(url), post, { id: 'one' })).attempts).toBe(3);
  });

  it.each([
    [404, 'no_service'],
    [403, 'action_prohibited'],
    [400, 'invalid_payload'],
    [302, ''],
  ])('that answers %i %s is not asked again', async (status, body) => {
    const { url, requests } = await hook({ status, body, headers: { location: 'http://127.0.0.1:1/' } });
    const error = await failureOf(quick.send(slackChannel(url), post, { id: 'one' }));
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' });
    expect(error.message).toContain(`it answered ${status}${body && `: ${body}`}`);
    expect(requests).toHaveLength(1);
  });

  it('that never answers is given up', async () => {
    const { url } = await hook({ status: 200, silent: true });
    const started = Date.now();
    const error = await failureOf(
      createNotifier({ attempts: 2, firstWaitMs: 10 }).send(slackChannel(url, { timeoutMs: 300 }), post, { id: 'one' }),
    );
    expect(error.message).toContain('(tried 2 times): it did not answer within 0.3 s');
    expect(Date.now() - started).toBeLessThan(2500);
  });

  it('that is down is named by host and port, never by its secret address', async () => {
    const { url, close } = await hook();
    await close();
    const error = await failureOf(quick.send(slackChannel(url), post, { id: 'one' }));
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(JSON.stringify(error)).not.toMatch(/T0SECRET1|B0SECRET2|s3cr3t|services/);
  });

  it('cannot make an error tell the address by giving it back, nor fill the log', async () => {
    const { url } = await hook({
      status: 404,
      body: `no such page: /services/T0SECRET1/B0SECRET2/s3cr3tS3cr3tS3cr3t\u001b[31m ${'x'.repeat(1e6)}`,
    });
    const error = await failureOf(quick.send(slackChannel(url), post, { id: 'one' }));
    expect(error.message).not.toMatch(/T0SECRET1|B0SECRET2|s3cr3t|\u001b/);
    expect(error.message.length).toBeLessThan(600);
  });

  it('that is no web server at all is an error that names the channel', async () => {
    const mail = await startMailServer();
    open.push(mail);
    const error = await failureOf(quick.send(slackChannel(`http://127.0.0.1:${mail.port}/x`), post, { id: 'one' }));
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', message: expect.stringContaining('team-slack') });
  });

  it('is left at once when the work is called off, also between two attempts', async () => {
    const { url } = await hook({ status: 500 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('called off')), 150);
    const started = Date.now();
    const sending = createNotifier({ firstWaitMs: 10_000 }).send(slackChannel(url), post, {
      id: 'one',
      signal: stop.signal,
    });
    expect((await failureOf(sending)).message).toBe('called off');
    expect(Date.now() - started).toBeLessThan(1500);
  });
});
