import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { cadenceKey } from '../cadences/cadence.js';
import { type DesiredMember, memberKey } from './desired.js';
import type { FollowingSchedule, SharedCadence } from './schedule.store.js';

/** The writes after which every member follows the desired cadence. */
export interface ScheduleChanges {
  /** Cadences that nobody has followed before. */
  cadences: Cadence[];
  /** Members that have no schedule yet. */
  joining: DesiredMember[];
  /** Schedules that go over to another cadence, come back to one, or have another origin. */
  moving: (DesiredMember & { schedule_id: string; from: string | null })[];
  /** Schedules that follow nothing any more. */
  leaving: { schedule_id: string; from: string }[];
  /** Cadences that get their first follower in the whole server, and those that lose their last. */
  waking: string[];
  emptied: string[];
}

/** `desired` and `current` are of the same projects; whoever else follows a cadence is told by the cadence. */
export function changesTo(
  desired: readonly DesiredMember[],
  current: readonly FollowingSchedule[],
  cadences: readonly SharedCadence[],
): ScheduleChanges {
  const known = new Map(cadences.map(({ key, id }) => [key, id]));
  const schedules = new Map(current.map((schedule) => [memberKey(schedule), schedule]));
  const changes: ScheduleChanges = {
    cadences: [],
    joining: [],
    moving: [],
    leaving: [],
    waking: [],
    emptied: [],
  };
  const fresh = new Map<string, Cadence>();
  const followed = new Set<string>();
  const wanted = new Set<string>();
  for (const member of desired) {
    wanted.add(memberKey(member));
    followed.add(member.key);
    if (!known.has(member.key)) fresh.set(cadenceKey(member.cadence), member.cadence);
    const schedule = schedules.get(memberKey(member));
    if (!schedule) changes.joining.push(member);
    else if (
      schedule.cadence_id === null ||
      schedule.cadence_id !== known.get(member.key) ||
      schedule.origin !== member.origin
    )
      changes.moving.push({ ...member, schedule_id: schedule.id, from: schedule.cadence_id });
  }
  for (const schedule of current) {
    if (schedule.cadence_id !== null && !wanted.has(memberKey(schedule)))
      changes.leaving.push({ schedule_id: schedule.id, from: schedule.cadence_id });
  }
  changes.cadences = [...fresh.values()];
  const used = new Set(current.flatMap(({ cadence_id }) => cadence_id ?? []));
  for (const { id, key, followed_elsewhere } of cadences) {
    if (followed_elsewhere) continue;
    if (followed.has(key) && !used.has(id)) changes.waking.push(id);
    if (!followed.has(key) && used.has(id)) changes.emptied.push(id);
  }
  return changes;
}

export function isNothing({ cadences, joining, moving, leaving }: ScheduleChanges): boolean {
  return cadences.length + joining.length + moving.length + leaving.length === 0;
}
