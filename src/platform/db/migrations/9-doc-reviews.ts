import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Up to which revision a doc was reviewed for what to remember. */
export class DocReviews1764374400000 implements MigrationInterface {
  name = 'DocReviews1764374400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE docs ADD reviewed_revision integer CHECK (reviewed_revision BETWEEN 1 AND revision)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE docs DROP reviewed_revision`);
  }
}
