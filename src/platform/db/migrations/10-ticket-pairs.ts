import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the conflict scan has looked at, and the pairs of tickets that it found. */
export class TicketPairs1764460800000 implements MigrationInterface {
  name = 'TicketPairs1764460800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ticket_scans (
        ticket_id uuid PRIMARY KEY REFERENCES tickets ON DELETE CASCADE,
        ${IN_PROJECT},
        version integer NOT NULL,
        space_id integer REFERENCES vector_spaces,
        run_id uuid NOT NULL
      );
      CREATE INDEX ticket_scans_of_project ON ticket_scans (project_id);

      CREATE TABLE ticket_pairs (
        first_id uuid NOT NULL REFERENCES tickets ON DELETE CASCADE,
        second_id uuid NOT NULL REFERENCES tickets ON DELETE CASCADE,
        ${IN_PROJECT},
        likeness real NOT NULL,
        verdict text CHECK (verdict IN ('duplicate', 'conflict', 'unrelated')),
        told bytea,
        asked_by uuid,
        PRIMARY KEY (first_id, second_id),
        CHECK (first_id < second_id)
      );
      CREATE INDEX ticket_pairs_of_second ON ticket_pairs (second_id);
      CREATE INDEX ticket_pairs_of_project ON ticket_pairs (project_id, likeness DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ticket_pairs, ticket_scans`);
  }
}

const IN_PROJECT = `
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  FOREIGN KEY (organisation_id, project_id) REFERENCES projects (organisation_id, id) ON DELETE CASCADE`;
