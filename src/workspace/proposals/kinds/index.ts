import type { ProposalKind } from '../../../../workflows/contract/proposal.js';
import type { Kind } from '../kind.js';
import epicNew from './epic-new.js';
import memoryAdd from './memory-add.js';
import memoryChange from './memory-change.js';
import memoryRemove from './memory-remove.js';
import note from './note.js';
import roadmapSummary from './roadmap-summary.js';
import snapshot from './snapshot.js';
import ticketComment from './ticket-comment.js';
import ticketNew from './ticket-new.js';
import ticketRelation from './ticket-relation.js';
import ticketStatus from './ticket-status.js';

/** Every kind of suggestion, each in a file of its own. */
export const kinds: Record<ProposalKind, Kind> = {
  note,
  ticket_new: ticketNew,
  ticket_status: ticketStatus,
  ticket_comment: ticketComment,
  ticket_relation: ticketRelation,
  epic_new: epicNew,
  roadmap_summary: roadmapSummary,
  memory_add: memoryAdd,
  memory_change: memoryChange,
  memory_remove: memoryRemove,
  snapshot,
};
