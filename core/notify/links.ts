import type { NotificationsConfig } from '../../schemas/notifications';
import type { Link } from './story';
import { fillTemplate } from './template';

/** Where a message leads to, by the addresses of the configuration. */
export function linksFor(
  { uiUrl, reportUrl }: Pick<NotificationsConfig, 'uiUrl' | 'reportUrl'>,
  names: { run: string; set: string; from: string; to: string },
): Link[] {
  const encoded = Object.fromEntries(
    Object.entries(names).map(([key, value]) => [key, encodeURIComponent(value.toWellFormed())]),
  );
  return [
    ...(reportUrl === undefined ? [] : [{ label: 'Report', url: fillTemplate(reportUrl, encoded) }]),
    ...(uiUrl === undefined
      ? []
      : [{ label: 'Temporal', url: `${uiUrl.replace(/\/+$/, '')}/workflows/${encoded['run'] ?? ''}` }]),
  ];
}
