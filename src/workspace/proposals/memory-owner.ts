import type { EntityManager } from 'typeorm';
import { lockMemory } from '../memories/memory.store.js';
import { defect, type Suggested, targetOf } from './kind.js';

/** A suggestion about a person's memory is for that person alone; one about a project's memory is for all. */
export async function mustBeForItsOwner(tx: EntityManager, suggested: Suggested): Promise<void> {
  const { user_id } = await lockMemory(tx, suggested, targetOf(suggested));
  if (user_id !== suggested.user_id) throw defect('the memory is not of those whom this is for');
}
