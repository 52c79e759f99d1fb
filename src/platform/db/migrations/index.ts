/** Forward only, in this order. */
import { Spine1763683200000 } from './1-spine.js';
import { Bindings1763769600000 } from './2-bindings.js';
import { Agents1763856000000 } from './3-agents.js';
import { Settings1763942400000 } from './4-settings.js';
import { ProjectMembers1764028800000 } from './5-project-members.js';
import { Schedules1764115200000 } from './6-schedules.js';
import { Workspace1764201600000 } from './7-workspace.js';
import { Retrieval1764288000000 } from './8-retrieval.js';
import { DocReviews1764374400000 } from './9-doc-reviews.js';
import { TicketPairs1764460800000 } from './10-ticket-pairs.js';
import { Labels1764547200000 } from './11-labels.js';
import { Invitations1764633600000 } from './12-invitations.js';
import { AskedFacts1764720000000 } from './13-asked-facts.js';
import { AuditChain1764806400000 } from './14-audit-chain.js';
import { StreamsAndLeases1764892800000 } from './15-streams-and-leases.js';
import { Builds1764979260000 } from './16-builds.js';
import { Sweep1764979200000 } from './16-sweep.js';
import { ScheduleScope1765065600000 } from './17-schedule-scope.js';
import { ChunkWords1765324800000 } from './20-chunk-words.js';
import { DayParts1765411200000 } from './21-day-parts.js';

export const migrations = [
  Spine1763683200000,
  Bindings1763769600000,
  Agents1763856000000,
  Settings1763942400000,
  ProjectMembers1764028800000,
  Schedules1764115200000,
  Workspace1764201600000,
  Retrieval1764288000000,
  DocReviews1764374400000,
  TicketPairs1764460800000,
  Labels1764547200000,
  Invitations1764633600000,
  AskedFacts1764720000000,
  AuditChain1764806400000,
  StreamsAndLeases1764892800000,
  Sweep1764979200000,
  Builds1764979260000,
  ScheduleScope1765065600000,
  ChunkWords1765324800000,
  DayParts1765411200000,
];
