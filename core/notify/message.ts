import type { ChannelConfig, Template } from '../../schemas/notifications';
import { htmlOf, htmlOfText } from './html';
import { type SlackPayload, slackOf, slackOfText } from './slack';
import type { Story } from './story';
import { fillTemplate } from './template';
import { failureText, runningText, textOf } from './text';
import { oneLine, plain, shorten } from './words';

/** A file that comes with a mail. */
export interface Attachment {
  name: string;
  contentType: string;
  content: string | Uint8Array;
}

/** A message in the form its channel takes. */
export type Message =
  | { kind: 'email'; subject: string; text: string; html: string; attachments?: readonly Attachment[] }
  | { kind: 'slack'; payload: SlackPayload };

/** Mail servers break headers that are longer, and nobody reads them. */
const SUBJECT_LIMIT = 160;

/** What is told of `story` by this channel, in its own words or those of `template`. */
export function messageFor(channel: MessageStyle, story: Story, template: Template = {}): Message {
  const details = textOf(story);
  const values = {
    ...story.values,
    details: details.trimEnd(),
    failures: failureText(story),
    running: runningText(story.running),
  };
  const headline =
    template.subject === undefined ? story.headline : oneLine(fillTemplate(template.subject, values)) || story.headline;
  const told = { ...story, headline };
  const own = template.text === undefined ? undefined : plain(fillTemplate(template.text, values));
  if (channel.kind === 'slack') {
    const { mention } = channel;
    return { kind: 'slack', payload: own === undefined ? slackOf(told, mention) : slackOfText(told, own, mention) };
  }
  const subject = shorten(oneLine(`${channel.subjectPrefix} ${headline}`), SUBJECT_LIMIT);
  if (own !== undefined) return { kind: 'email', subject, text: own, html: htmlOfText(told, own) };
  return { kind: 'email', subject, text: `${headline}\n\n${details}`, html: htmlOf(told) };
}

/** What of a channel decides how a message looks. */
export type MessageStyle =
  | Pick<Extract<ChannelConfig, { kind: 'email' }>, 'kind' | 'subjectPrefix'>
  | Pick<Extract<ChannelConfig, { kind: 'slack' }>, 'kind' | 'mention'>;
