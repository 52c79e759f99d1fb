import type { EntityManager } from 'typeorm';
import type { Audience, Overlap } from '../../../workflows/contract/schedule.js';
import type { Startable } from '../../platform/temporal/engine.js';
import type { Admission, ReadAsk } from '../runs/admission.js';
import { requestCancel } from '../runs/cancel-request.store.js';
import { gateFor } from './gate.js';
import { scheduledRequest } from './scheduled-request.js';
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
  /** The agent's published version; null where it has none. */
  version_id: string | null;
  /** A person wrote a schema for the input of that version. */
  has_schema: boolean;
  /** Null if the agent has no published version. */
  audience: Audience | null;
  overlap: Overlap | null;
  target: string | null;
  /** The project has members. */
  has_members: boolean;
  /** The schedule's run that is still under way. */
  running: string | null;
}

export interface TickDecision {
  startable: Startable[];
  refused: Refused[];
  /** Runs that the new ones take the place of. */
  cancel: string[];
  /**
   * Members without an answer yet: the result of checking no input against their version is unknown, or the version has
   * changed.
   */
  open: MemberOfTick[];
}

/**
 * Answers one tick for these members: a run, or the reason against it. It reads no schema of a person, which might take
 * long: a member that waits for one stays open, or gets that reason if `last` is set.
 */
export async function decideTick(
  tx: EntityManager,
  admission: Admission,
  members: MemberOfTick[],
  tick: Date,
  due: (member: MemberOfTick) => Date,
  last: boolean,
): Promise<TickDecision> {
  const refused: Refused[] = [];
  const refuse = (member: MemberOfTick, refusal: Refusal) =>
    refused.push({ schedule_id: member.schedule_id, ...refusal });
  const disabled = await gateFor(tx, members);
  const due_members = members.filter((member) => {
    const refusal = whyNot(member) ?? disabled(member);
    if (refusal) refuse(member, refusal);
    return refusal === null;
  });
  const open: MemberOfTick[] = [];
  const leave = (member: MemberOfTick, otherwise: Refusal) =>
    last ? refuse(member, otherwise) : open.push(member);
  const read: (ReadAsk & { member: MemberOfTick })[] = [];
  for (const member of due_members) {
    const schedule = { schedule_id: member.schedule_id, tick_at: tick, due_at: due(member) };
    const ask = { ...scheduledRequest(member, tick), schedule };
    const reading = admission.known(ask.request, member);
    if (!reading) leave(member, NOT_CHECKED);
    else if (!reading.input.ok) refuse(member, NOT_ADMITTED);
    else read.push({ ask, reading, member });
  }
  const admitted = await admission.admitAll(tx, read);
  const runs = new Set(admitted.map(({ run }) => run.schedule_id));
  for (const { member } of read) if (!runs.has(member.schedule_id)) leave(member, NOT_ADMITTED);
  const cancel = due_members.flatMap(({ schedule_id, overlap, running }) =>
    overlap === 'cancel_previous' && running && runs.has(schedule_id) ? [running] : [],
  );
  await requestCancel(tx, cancel, null);
  return { startable: admitted.flatMap(({ startable }) => startable ?? []), refused, cancel, open };
}

/** A run for a project's members, or one that writes into their daily sessions, where there are none. */
function isForNobody({
  audience,
  user_id,
  target,
  has_members,
}: Pick<MemberOfTick, 'audience' | 'user_id' | 'target' | 'has_members'>): boolean {
  if (audience === 'project_member') return user_id === null;
  return target === 'daily_session' && !has_members;
}

/** Gives all members the same answer. */
export function refuseAll(members: MemberOfTick[], refusal: Refusal): TickDecision {
  return {
    startable: [],
    refused: members.map(({ schedule_id }) => ({ schedule_id, ...refusal })),
    cancel: [],
    open: [],
  };
}

export type Refusal = Omit<Refused, 'schedule_id'>;

/** Returns the reason against a run besides the bindings. */
export function whyNot(member: Omit<MemberOfTick, 'version_id' | 'has_schema'>): Refusal | null {
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

const NOT_CHECKED: Refusal = {
  outcome: 'missed',
  reason: {
    code: 'input_not_checked',
    message:
      "What the agent's input schema makes of no input was not known in time: the schema is slow, or many wait to be checked. The next tick asks again.",
  },
};
