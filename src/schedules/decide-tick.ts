import type { EntityManager } from 'typeorm';
import type { Audience, Overlap } from '../../workflows/contract/schedule.js';
import type { Admission } from '../runs/admission.js';
import type { Startable } from '../temporal/engine.js';
import { askFor } from './ask.js';
import { gateFor } from './disabled.js';
import type { Refused } from './tick.store.js';

/** A schedule that followed the cadence when it ticked, and what decides about its run. */
export interface MemberOfTick {
  schedule_id: string;
  agent: string;
  organisation_id: string;
  project_id: string;
  user_id: string | null;
  time_zone: string;
  paused_at: Date | null;
  paused_by: string | null;
  left_since: boolean;
  archived: boolean;
  /** Null where the agent has no published version. */
  audience: Audience | null;
  overlap: Overlap | null;
  target: string | null;
  /** The project has members. */
  has_members: boolean;
  /** Its run that is still under way. */
  running: string | null;
}

export interface Decided {
  startable: Startable[];
  refused: Refused[];
  /** Runs that the new ones take the place of. */
  cancel: string[];
}

/** Answers one tick for these members: a run, or the reason why there is none. */
export async function decideTick(
  tx: EntityManager,
  admission: Admission,
  members: MemberOfTick[],
  tick: Date,
  due: (member: MemberOfTick) => Date,
): Promise<Decided> {
  const refused: Refused[] = [];
  const refuse = (member: MemberOfTick, refusal: Refusal) =>
    refused.push({ schedule_id: member.schedule_id, ...refusal });
  const disabled = await gateFor(tx, members);
  const asked = members.filter((member) => {
    const refusal = whyNot(member) ?? disabled(member);
    if (refusal) refuse(member, refusal);
    return refusal === null;
  });
  const admitted = await admission.admitAll(
    tx,
    asked.map((member) => ({
      ...askFor(member, tick),
      schedule: { schedule_id: member.schedule_id, tick_at: tick, due_at: due(member) },
    })),
  );
  const runs = new Set(admitted.map(({ run }) => run.schedule_id));
  for (const member of asked) if (!runs.has(member.schedule_id)) refuse(member, NOT_ADMITTED);
  const cancel = asked.flatMap(({ overlap, running }) =>
    overlap === 'cancel_previous' && running ? [running] : [],
  );
  if (cancel.length > 0) {
    await tx.query(
      `UPDATE agent_runs SET cancel_requested_at = now() WHERE id = ANY($1) AND finished_at IS NULL AND cancel_requested_at IS NULL`,
      [cancel],
    );
  }
  return { startable: admitted.flatMap(({ startable }) => startable ?? []), refused, cancel };
}

/** A run for a project’s members, or one that writes into their daily sessions, where there are none. */
function isForNobody({ audience, user_id, target, has_members }: MemberOfTick): boolean {
  if (audience === 'project_member') return user_id === null;
  return target === 'daily_session' && !has_members;
}

/** The same answer for all of them. */
export function refuseAll(members: MemberOfTick[], refusal: Refusal): Decided {
  return {
    startable: [],
    refused: members.map(({ schedule_id }) => ({ schedule_id, ...refusal })),
    cancel: [],
  };
}

export type Refusal = Omit<Refused, 'schedule_id'>;

/** What stands against a run besides the bindings. */
export function whyNot(member: MemberOfTick): Refusal | null {
  const { paused_at, paused_by, left_since, archived, audience, overlap, running } = member;
  if (left_since) return gated('no_schedule', 'The schedule was taken away before the tick was answered.');
  if (archived) return gated('project_archived', 'The project is archived.');
  if (audience === null) return gated('agent_unpublished', 'The agent has no published version.');
  if (isForNobody(member)) return gated('no_members', 'Nobody is a member of the project.');
  if (paused_at)
    return {
      outcome: 'skipped',
      reason: {
        code: 'paused',
        message: `The schedule is paused by ${paused_by ?? 'somebody'} since ${paused_at.toISOString()}.`,
      },
    };
  if (running && overlap === 'skip_if_running')
    return {
      outcome: 'skipped',
      reason: {
        code: 'still_running',
        message: 'The run of an earlier tick is still under way.',
        run_id: running,
      },
    };
  return null;
}

function gated(code: string, message: string): Refusal {
  return { outcome: 'gated', reason: { code, message } };
}

const NOT_ADMITTED = gated(
  'not_admitted',
  'The agent asks for an input that ticks do not have, or it was disabled, archived or unpublished just then.',
);
