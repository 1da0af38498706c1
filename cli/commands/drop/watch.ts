import { configurationOf } from '../../core/configuration';
import { createCommand } from '../../core/create-command';
import { followFolder } from '../../core/follow-folder';
import { flag, required, text, toggle } from '../../core/options';

export const dropWatch = createCommand({
  path: ['drop', 'watch'],
  summary: 'Watch a drop folder: load what is dropped into it, from now on',
  details:
    'Starts the watch, which goes on by itself until `drop stop`, over restarts of everything, and shows what happens. Ctrl-C stops showing, not watching. ' +
    'Files that lie in the folder already are loaded too, once they have stood still.',
  args: { folder: required('FOLDER', 'drop folder of the configuration') },
  options: {
    wait: toggle('show what happens until Ctrl-C (default)', 'return as soon as the watch has started'),
    restart: flag('stop a watch that is under way, and start anew with the configuration as it is now'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['drop watch reference', 'start, and see files come in'],
    ['drop watch reference --no-wait', 'start from a script'],
    ['drop watch reference --restart', 'after a change of the configuration'],
  ],
  async run(context, { args: { folder }, options }) {
    const configuration = await configurationOf(context);
    const client = await context.connect();
    const watching = await client.drops.watch({
      configuration,
      folder,
      triggeredBy: context.user(),
      reason: options.reason,
      restart: options.restart,
    });
    const { runId, started, configVersion, workerListens } = watching;
    const what = `${folder} is ${started ? 'watched from now on' : 'watched already'}, with version ${configVersion} of the configuration, as ${runId}.`;
    if (options.wait) {
      context.note(what);
      return followFolder(context, client, folder);
    }
    if (!workerListens)
      context.warn('NO_WORKER No worker listens: files wait. Start `longshore worker` or `longshore up`.');
    context.result(watching, () => what);
    return undefined;
  },
});
