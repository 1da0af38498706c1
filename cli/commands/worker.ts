import { workerOptions } from '../core/worker-options';
import { createCommand } from '../core/create-command';
import { text } from '../core/options';

export const worker = createCommand({
  path: ['worker'],
  summary: 'Run a worker against configured servers',
  details:
    'Works until Ctrl-C: it then takes no new work, lets what runs reach its next checkpoint, and ends. As many workers as you like may run.',
  args: {},
  options: { logFile: text('FILE', 'write the log there instead of to stdout') },
  examples: [
    ['worker', 'work until Ctrl-C'],
    ['worker --config /etc/longshore/longshore.yaml --log-file /var/log/longshore/worker.log', 'as a service'],
  ],
  async run(context, { options }) {
    const settings = await context.settings();
    const interrupts = context.interrupts();
    const running = await loadWorker().startWorker(
      await workerOptions(context, settings, { logFile: options.logFile }),
    );
    context.note(`Working for ${settings.temporal.address}, namespace ${settings.temporal.namespace}. Ctrl-C ends it.`);
    await Promise.race([running.done, aborted(interrupts.signal)]);
    await running.stop();
    // Rejects when the worker ended by itself, because of an error.
    if (!interrupts.signal.aborted) await running.done;
  },
});

/** Resolves at the first Ctrl-C. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

type WorkerModule = typeof import('../../worker');

/**
 * Loaded when it is needed: the other commands start without it. `require`, because `import()` in CommonJS wants the
 * name of the compiled file, which tests do not have.
 */
export const loadWorker = (): WorkerModule => require('../../worker') as WorkerModule;
