import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a team keeps in its projects, and what agents propose to change of it. */
export class Workspace1764201600000 implements MigrationInterface {
  name = 'Workspace1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE docs (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        title text NOT NULL,
        body text NOT NULL,
        revision integer NOT NULL DEFAULT 1,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_by uuid,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        archived_at timestamptz(3)
      );
      CREATE INDEX docs_of_project ON docs (project_id, id);
      CREATE TABLE doc_revisions (
        doc_id uuid NOT NULL REFERENCES docs ON DELETE CASCADE,
        revision integer NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        changed_by uuid,
        run_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (doc_id, revision)
      );

      CREATE TABLE ticket_numbers (
        organisation_id uuid PRIMARY KEY REFERENCES organisations ON DELETE CASCADE,
        last integer NOT NULL
      );
      CREATE TABLE tickets (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        number integer NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'in_progress', 'blocked', 'done', 'closed')),
        labels text[] NOT NULL,
        assignee_id uuid,
        version integer NOT NULL DEFAULT 1,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz(3),
        UNIQUE (organisation_id, number)
      );
      CREATE INDEX tickets_of_project ON tickets (project_id, id);
      CREATE INDEX tickets_by_status ON tickets (project_id, status, updated_at);
      CREATE TABLE ticket_relations (
        ticket_id uuid NOT NULL REFERENCES tickets ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('duplicate_of', 'conflicts_with', 'blocks')),
        other_id uuid NOT NULL REFERENCES tickets ON DELETE CASCADE,
        created_by uuid,
        run_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (ticket_id, kind, other_id),
        CHECK (ticket_id <> other_id)
      );
      CREATE INDEX ticket_relations_of_other ON ticket_relations (other_id);
      CREATE TABLE ticket_comments (
        id uuid PRIMARY KEY,
        ticket_id uuid NOT NULL REFERENCES tickets ON DELETE CASCADE,
        body text NOT NULL,
        author_id uuid,
        run_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX ticket_comments_of_ticket ON ticket_comments (ticket_id, id);

      CREATE TABLE links (
        ${IN_PROJECT},
        doc_id uuid NOT NULL REFERENCES docs ON DELETE CASCADE,
        to_type text NOT NULL CHECK (to_type IN ('doc', 'ticket', 'user')),
        to_id uuid NOT NULL,
        run_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (doc_id, to_type, to_id)
      );
      CREATE INDEX links_to ON links (to_type, to_id);

      CREATE TABLE threads (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        channel text NOT NULL CHECK (channel IN ('chat', 'support')),
        title text NOT NULL,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX threads_of_project ON threads (project_id, id);
      CREATE TABLE raw_events (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        user_id uuid,
        kind text NOT NULL,
        thread_id uuid REFERENCES threads ON DELETE CASCADE,
        data jsonb NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX raw_events_of_project ON raw_events (project_id, id);
      CREATE TABLE messages (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        thread_id uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
        raw_event_id uuid NOT NULL REFERENCES raw_events ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
        body text NOT NULL,
        metadata jsonb NOT NULL,
        author_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX messages_of_thread ON messages (thread_id, id);

      CREATE TABLE daily_sessions (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        user_id uuid NOT NULL,
        day date NOT NULL,
        plan text,
        pulse jsonb,
        review jsonb,
        scan jsonb,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (project_id, user_id, day)
      );
      CREATE TABLE checkins (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        session_id uuid NOT NULL REFERENCES daily_sessions ON DELETE CASCADE,
        user_id uuid NOT NULL,
        body text NOT NULL,
        coaching text,
        run_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX checkins_of_session ON checkins (session_id, id);

      CREATE TABLE roadmaps (
        project_id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        summary text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        updated_by uuid,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        FOREIGN KEY (organisation_id, project_id) REFERENCES projects (organisation_id, id) ON DELETE CASCADE
      );
      CREATE TABLE epics (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        title text NOT NULL,
        goal text NOT NULL,
        status text NOT NULL CHECK (status IN ('planned', 'active', 'done', 'dropped')),
        position integer NOT NULL,
        ticket_ids uuid[] NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX epics_of_project ON epics (project_id, position);
      CREATE TABLE snapshots (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        title text NOT NULL,
        from_day date NOT NULL,
        to_day date NOT NULL,
        status text NOT NULL CHECK (status IN ('requested', 'draft', 'published', 'rejected')),
        body text,
        numbers jsonb,
        version integer NOT NULL DEFAULT 1,
        requested_by uuid,
        run_id uuid,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz(3)
      );
      CREATE INDEX snapshots_of_project ON snapshots (project_id, id);

      CREATE TABLE memories (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        user_id uuid,
        body text NOT NULL,
        sources jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        removed_at timestamptz(3)
      );
      CREATE INDEX memories_of_project ON memories (project_id, user_id, id);
      CREATE TABLE memory_revisions (
        memory_id uuid NOT NULL REFERENCES memories ON DELETE CASCADE,
        version integer NOT NULL,
        body text NOT NULL,
        sources jsonb NOT NULL,
        removed boolean NOT NULL,
        changed_by uuid,
        proposal_id uuid,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (memory_id, version)
      );

      CREATE TABLE proposals (
        id uuid PRIMARY KEY,
        ${IN_PROJECT},
        user_id uuid,
        agent text NOT NULL,
        run_id uuid,
        kind text NOT NULL,
        title text NOT NULL,
        reason text NOT NULL,
        change jsonb NOT NULL,
        target_type text,
        target_id uuid,
        target_version integer,
        sources jsonb NOT NULL,
        dedupe_key text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected', 'superseded', 'expired')),
        decided_by uuid,
        decided_at timestamptz(3),
        decision jsonb,
        expires_at timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE UNIQUE INDEX proposals_pending ON proposals (project_id, dedupe_key) WHERE status = 'pending';
      CREATE INDEX proposals_of_project ON proposals (project_id, status, id);
      CREATE INDEX proposals_known ON proposals (project_id, dedupe_key);
      CREATE INDEX proposals_of_run ON proposals (run_id) WHERE run_id IS NOT NULL;
      CREATE INDEX proposals_of_target ON proposals (target_type, target_id) WHERE status = 'pending';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE proposals, memory_revisions, memories, snapshots, epics, roadmaps, checkins, daily_sessions, messages,
        raw_events, threads, links, ticket_comments, ticket_relations, tickets, ticket_numbers, doc_revisions, docs
    `);
  }
}

/** A thing of another tenant cannot be put into a project, whoever writes. */
const IN_PROJECT = `
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  FOREIGN KEY (organisation_id, project_id) REFERENCES projects (organisation_id, id) ON DELETE CASCADE`;
