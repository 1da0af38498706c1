/** The message in Slack's blocks, within Slack's limits: a text has 3000 characters at most, a message 50 blocks. */
import type { SlackChannel } from '../../schemas/notifications';
import { type Failure, subjectOf } from './failures';
import type { Story, StoryTable } from './story';
import { tableText } from './text';
import { count, plain, shorten } from './words';

const TEXT_LIMIT = 3000;
const FIELD_LIMIT = 2000;
const FIELDS = 10;
const HEADER_LIMIT = 150;
const BLOCKS = 50;
/** Tables or files told of one by one. */
const SHOWN = 20;
const CUT = '\n… cut off here: see `longshore run show`, or `longshore drop errors`.';

export type SlackBlock =
  | { type: 'header'; text: { type: 'plain_text'; text: string; emoji: false } }
  | { type: 'section'; text?: SlackText; fields?: SlackText[] }
  | { type: 'context'; elements: SlackText[] }
  | { type: 'divider' };

interface SlackText {
  type: 'mrkdwn';
  text: string;
  /** Slack makes nothing of names and addresses by itself. */
  verbatim: true;
}

export interface SlackPayload {
  /** For notifications and for clients that show no blocks. */
  text: string;
  blocks: SlackBlock[];
}

/** Text as Slack shows it: no link, no mention, no channel. */
export const escapeSlack = (text: string): string =>
  plain(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The message; `mention` is the channel's. */
export function slackOf(story: Story, mention?: SlackChannel['mention']): SlackPayload {
  const { headline, lead, facts, table, failures, untold = 0, running, commands, links } = story;
  const body: SlackBlock[] = [
    {
      type: 'section',
      fields: facts
        .slice(0, FIELDS)
        .map(({ label, value }) => mrkdwn(`*${escapeSlack(label)}*\n${escapeSlack(value)}`, FIELD_LIMIT)),
    },
    ...(table ? [section(`*${escapeSlack(table.title)}*\n${preformatted(table)}`)] : []),
    ...(failures.length > 0 ? [{ type: 'divider' } as const, ...failures.slice(0, SHOWN).map(failureBlock)] : []),
    ...more(failures.length + untold, Math.min(failures.length, SHOWN), commands[0]?.command),
    ...(running.length > 0
      ? [section(`*Still going on*\n${running.slice(0, SHOWN).map(escapeSlack).join('\n')}`)]
      : []),
    ...more(running.length, SHOWN, commands[0]?.command),
    section(commands.map(({ command, why }) => `${escapeSlack(why)}: ${code(command)}`).join('\n')),
    ...(links.length > 0
      ? [{ type: 'context', elements: links.map(({ label, url }) => mrkdwn(linkTo(label, url))) } as const]
      : []),
  ];
  return assemble(headline, `${calls(story.event, mention)}${escapeSlack(lead)}`, body);
}

/** Words of a template; formatting such as `*bold*` works, links and mentions do not. */
export function slackOfText(
  story: Pick<Story, 'event' | 'headline'>,
  text: string,
  mention?: SlackChannel['mention'],
): SlackPayload {
  const chunks = inChunks(escapeSlack(text), TEXT_LIMIT - 200);
  const room = BLOCKS - 2;
  const blocks = chunks
    .slice(0, room)
    .map((chunk, index) => section(`${index === 0 ? calls(story.event, mention) : ''}${chunk}`));
  if (chunks.length > room) blocks.push(section(CUT.trim()));
  return assemble(story.headline, undefined, blocks);
}

function assemble(headline: string, lead: string | undefined, body: readonly SlackBlock[]): SlackPayload {
  const heading = plain(headline);
  const blocks: SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: shorten(heading, HEADER_LIMIT), emoji: false } },
    ...(lead === undefined ? [] : [section(lead)]),
    ...body,
  ];
  return { text: cut(escapeSlack(headline), TEXT_LIMIT), blocks: blocks.slice(0, BLOCKS) };
}

const section = (text: string): SlackBlock => ({ type: 'section', text: mrkdwn(text) });
const mrkdwn = (text: string, limit = TEXT_LIMIT): SlackText => ({
  type: 'mrkdwn',
  text: cut(text, limit),
  verbatim: true,
});

const failureBlock = (failure: Failure): SlackBlock =>
  section(
    `*${cut(escapeSlack(subjectOf(failure)), 400)}*: ${code(failure.code)} (${escapeSlack(failure.class)})\n${cut(escapeSlack(failure.message), 1600)}\n_Next:_ ${cut(escapeSlack(failure.next), 600)}`,
  );

const more = (total: number, shown: number, command = 'longshore run show'): SlackBlock[] =>
  total > shown
    ? [{ type: 'context', elements: [mrkdwn(`… and ${count(total - shown)} more: see ${code(command)}.`)] }]
    : [];

/** Lines that do not fit are counted: a block of code that is cut off would take in all that follows it. */
function preformatted(table: StoryTable): string {
  const lines = tableText(table).map((line) => escapeSlack(line).replaceAll('`', "'"));
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > TEXT_LIMIT - 400) break;
    kept.push(line);
  }
  const left = lines.length - kept.length;
  return `\`\`\`${kept.join('\n')}\`\`\`${left > 0 ? `\n… and ${count(left)} more` : ''}`;
}

const code = (text: string): string => `\`${escapeSlack(text).replaceAll('`', "'")}\``;

/** `<url|label>`; what would end either early is taken out of the way. */
const linkTo = (label: string, url: string): string =>
  `<${url.replace(/[<>|\s]/g, encodeURIComponent)}|${escapeSlack(label).replaceAll('|', '/')}>`;

function calls(event: Story['event'], mention: SlackChannel['mention']): string {
  if (!mention?.on.includes(event)) return '';
  const names = mention.who.map((who) =>
    who === 'here' || who === 'channel' ? `<!${who}>` : who.startsWith('S') ? `<!subteam^${who}>` : `<@${who}>`,
  );
  return `${names.join(' ')} `;
}

/** At most `limit` characters of escaped text, and a word about it where something was cut off. No entity is cut in two. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - CUT.length).replace(/&[a-z]{0,3}$|[\uD800-\uDBFF]$/, '')}${CUT}`;
}

/** Escaped text in pieces of at most `size`, broken at the end of a line where there is one. */
function inChunks(text: string, size: number): string[] {
  const chunks: string[] = [];
  let rest = text;
  while (rest.length > size) {
    const piece = rest.slice(0, size).replace(/&[a-z]{0,3}$|[\uD800-\uDBFF]$/, '');
    const line = piece.lastIndexOf('\n');
    const end = line > size / 2 ? line + 1 : piece.length;
    chunks.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...chunks, rest].filter((chunk) => chunk.trim() !== '');
}
