import type { EntityManager } from 'typeorm';
import type { FailedRun, Listed, WithMessages } from '../../../workflows/contract/reports.js';
import { messageOf } from './pieces.sql.js';

const MESSAGES_OF = `
  SELECT f.id, ${messageOf('f')} AS message FROM agent_runs f
   WHERE f.organisation_id = $1 AND f.project_id = $2 AND f.id = ANY ($3::uuid[])`;

/** The failures with their messages, which did not go through history; of the place's own runs only. */
export async function withMessages<Facts extends { failures: Listed<FailedRun> }>(
  tx: EntityManager,
  { organisation_id, project_id }: { organisation_id: string; project_id: string },
  { failures, ...facts }: Facts,
): Promise<WithMessages<Facts>> {
  const rows: { id: string; message: string }[] = await tx.query(MESSAGES_OF, [
    organisation_id,
    project_id,
    failures.listed.map(({ run_id }) => run_id),
  ]);
  const messages = new Map(rows.map(({ id, message }) => [id, message]));
  const listed = failures.listed.flatMap(({ run_id, agent, code, ended_at }) => {
    const message = messages.get(run_id);
    return message === undefined ? [] : [{ run_id, agent, code, message, ended_at }];
  });
  return { ...facts, failures: { ...failures, listed } };
}
