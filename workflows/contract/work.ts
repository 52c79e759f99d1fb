import type { Proposed } from './proposal.js';

/** One thing that a run leaves for people, and where they find it. */
export interface OutputLink {
  type: 'inbox' | 'memory_diffs' | 'today' | 'snapshot' | 'tickets' | 'roadmap' | 'doc';
  href: string;
  text: string;
}

/** What became of a delivery. It is small: what was delivered lives in PostgreSQL. */
export interface Delivered {
  outputs: OutputLink[];
  proposed: Proposed | null;
  /** Suggestions left out because what they refer to does not exist. */
  dropped: number;
  /** Suggestions of earlier runs that waited, and hold no longer. */
  superseded?: number;
}

/** Both are looked up by the run’s own agent, project and user; an agent reaches nothing else. */
export interface WorkActivities {
  /** Facts to work on: bounded, the most relevant first. */
  gather(args: { run_id: string; what: string; args: unknown }): Promise<unknown>;
  /** The run’s outputs, written once for each step, however often it is asked. */
  deliver(args: { run_id: string; step: string; output: unknown }): Promise<Delivered>;
}
