/** Advisory locks: who comes second waits until the first one's transaction, or session, has ended. */
export const LOCKS = {
  agents: { one_for: 'server', guards: 'publishing the built-in agents of a build' },
  'audit-chain': { one_for: 'server', guards: 'the next entry of the signed chain' },
  bindings: { one_for: 'agent in a scope', guards: 'a change of a binding, which may not be there yet' },
  chunks: { one_for: 'source', guards: 'the chunks of a doc, ticket, message or memory' },
  conflicts: { one_for: 'project', guards: 'what scans write of pairs of tickets' },
  migrations: { one_for: 'server', guards: 'the schema; held for a session' },
  proposals: { one_for: 'project', guards: 'making and deciding proposals' },
  relations: { one_for: 'project', guards: 'relations of tickets, which must not close a circle' },
  scans: { one_for: 'project', guards: 'admitting a scan for conflicts' },
  seed: { one_for: 'server', guards: 'making an organisation with its owner' },
  settings: { one_for: 'server', guards: 'overriding settings' },
} as const satisfies Record<string, { one_for: string; guards: string }>;

/** Leases: work that outlasts a transaction. One process has a lease until it gives it back or no longer renews it. */
export const LEASES = {
  cadence: { one_for: 'cadence', guards: 'answering the ticks that are due' },
  chore: { one_for: 'chore', guards: 'a pass of a chore that keeps the record straight' },
} as const satisfies Record<string, { one_for: string; guards: string }>;

type Locks = typeof LOCKS;

/** A lock that the server has once. */
export type ServerLock = {
  [L in keyof Locks]: Locks[L]['one_for'] extends 'server' ? L : never;
}[keyof Locks];

/** A lock that there is one of for each project, source or the like. */
export type PartLock = Exclude<keyof Locks, ServerLock>;

export type LeaseName = `${keyof typeof LEASES}/${string}`;
