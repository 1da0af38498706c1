import type { AuditLog } from '../catalog';
import type { StoreContext } from './store';

export function auditLog({ db, attempt }: StoreContext): AuditLog {
  return {
    record: ({ id, actor, action, subject, details }) =>
      attempt(async () => {
        await db
          .insertInto('audit')
          .values({ id, actor, action, subject, details: JSON.stringify(details) })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
      }),

    list: ({ subject, limit }) =>
      attempt(() =>
        db
          .selectFrom('audit')
          .select(['at', 'actor', 'action', 'subject', 'details'])
          .$if(subject !== undefined, (q) => q.where('subject', '=', subject ?? ''))
          .orderBy('seq', 'desc')
          .limit(limit)
          .execute(),
      ),
  };
}
