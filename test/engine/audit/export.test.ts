import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adopt } from '../../../src/engine/audit/adoption.js';
import { AuditService } from '../../../src/engine/audit/audit.service.js';
import { AuditExport, exportSealOf } from '../../../src/engine/audit/export.js';
import { ChainReading, verifyRuns } from '../../../src/engine/audit/verify.js';
import { RunRepository } from '../../../src/engine/runs/run.repository.js';
import { readEnvironment } from '../../../src/platform/config/environment.js';
import { writeKey } from '../../../src/platform/config/named-keys.js';
import { digestOf } from '../../../src/platform/digest.js';
import { Engine } from '../../../src/platform/temporal/engine.js';
import { useAuditedStack } from '../../support/audited-stack.js';
import { freePorts } from '../../support/free-ports.js';
import { Program } from '../../support/program.js';
import { signer, signerOf } from '../../support/signing-keys.js';

const OTHER_KEYS = writeKey({ id: 'other', secret: Buffer.alloc(32, 'another one') });

const audited = useAuditedStack();
const { used } = audited;
const verify = (...args: string[]) => audited.verify(args);
const ended = (request: object = {}) => audited.ended(request);
const untilArchived = (ids: string[]) => audited.untilArchived(ids);

/** The form that --public-key takes. */
function publicKey(): string {
  return Object.entries(signer.publicKeys())[0]?.join(':') ?? '';
}

/** Runs `--file` on an export of these lines. */
async function verifyLines(lines: string[]) {
  const path = join(audited.folder, `${randomUUID()}.jsonl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return verify('--file', path);
}

/** Writes the end again, as an owner of the key could. */
function signedAnew(lines: string[]): string[] {
  const text = lines.map((line) => `${line}\n`).join('');
  const sha256 = digestOf(text);
  return [...lines, JSON.stringify({ end: { sha256, ...signer.sign(exportSealOf(sha256)) } })];
}

test('an export is checked by public keys alone, and a changed one is found', async () => {
  const ids = [await ended(), await ended()];
  await untilArchived(ids);
  const path = join(audited.folder, 'two.jsonl');
  const { code, head } = await verify('--export', path);
  expect(code).toBe(0);
  const checked = await verify('--file', path, '--head', head);
  expect(checked, checked.log).toMatchObject({ code: 0 });
  expect(checked.log).toContain('2 verified when it was written, 0 not verified, 0 pending');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect((await verify('--file', path, '--public-key', publicKey())).code).toBe(0);

  const changes: [string, (lines: string[]) => string[]][] = [
    ['is not signed', (all) => all.map((line) => line.replace('"kind":"archived"', '"kind":"attested"'))],
    ['are missing', (all) => all.filter((line) => !line.includes('"number":2'))],
    [
      'histories are not those',
      (all) => all.map((line) => line.replace(/"history":"....../, '"history":"AAAAAA')),
    ],
    ['ends before the head', (all) => all.filter((line) => !line.includes('"number":3'))],
    ['It is not what was written', (all) => all.filter((line) => !line.startsWith('{"run"'))],
    [
      'something was changed',
      (all) => all.map((line) => line.replace('"status":"completed"', '"status":"failed"')),
    ],
    ['It has no end', (all) => all.slice(0, -1)],
    ['that no export holds', () => ['nothing']],
  ];
  for (const [words, change] of changes) {
    const other = join(audited.folder, `${words}.jsonl`);
    writeFileSync(other, `${change(lines).join('\n')}\n`);
    const found = await verify('--file', other, '--head', head);
    expect(found, words).toMatchObject({ code: 1, log: expect.stringContaining(words) });
    expect(found.log, words).toMatch(/^file +NOT AS IT WAS WRITTEN/);
    expect(found.log, words).not.toContain('verified when it was written');
  }
});

test('an export says by whose keys it was checked, and names the line that was changed', async () => {
  const ids = [await ended(), await ended()];
  await untilArchived(ids);
  const path = join(audited.folder, 'named.jsonl');
  await verify('--export', path);
  const own = await verify('--file', path);
  expect(own).toMatchObject({ code: 0 });
  expect(own.log).toMatch(/^file +as it was written, by the keys in the file itself\n/);
  expect(own.log).toContain('not who wrote it');
  const checked = await verify('--file', path, '--public-key', publicKey());
  expect(checked.log).toMatch(/^file +as it was written, by the keys that were given\nchain /);
  expect(checked.log).not.toContain('not who wrote it');
  const another = Object.values(signerOf(OTHER_KEYS).publicKeys())[0];
  const stranger = await verify('--file', path, '--public-key', `other:${another}`);
  expect(stranger).toMatchObject({
    code: 1,
    log: expect.stringContaining('The key "test", which it names, is not given.'),
  });
  expect(stranger.log).toMatch(/^file +SIGNED BY A KEY THAT IS NOT GIVEN/);
  expect(stranger.log).not.toContain('is not what was written');
  expect(stranger.log).not.toContain('verified when it was written');

  const [first, second] = ids;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const shows = (run: string | undefined) => (line: string) =>
    line.startsWith(`{"run":{"id":"${run}"`)
      ? line.replace('"status":"completed"', '"status":"failed"')
      : line;
  const changed = await verifyLines(lines.map(shows(first)));
  expect(changed.log).toContain(`Run ${first}: its line is not what was written.`);
  expect(changed.log).not.toContain(`Run ${second}`);
  // The line of a run from another export of the same installation.
  const later = join(audited.folder, 'later.jsonl');
  await verify('--export', later);
  const [other = ''] = readFileSync(later, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`{"run":{"id":"${second}"`));
  const mixed = await verifyLines(
    lines.map((line) => (line.startsWith(`{"run":{"id":"${second}"`) ? other : line)),
  );
  expect(mixed.log).toContain(`Run ${second}: its line is not what was written.`);
  for (const odd of ['5', 'null', '{}', '{"entry":{"number":"x"}}', '{"run":{}}'])
    expect((await verifyLines([...lines.slice(0, 1), odd, ...lines.slice(1)])).log, odd).toContain(
      'Line 2 is one that no export holds there.',
    );
});

test('an export of a check that failed does not check clean', async () => {
  const [kept, deleted, old] = [await ended(), await ended(), await ended()];
  await untilArchived([kept, deleted, old]);
  const { code, head } = await verify();
  expect(code).toBe(0);
  await audited.db.transaction(async (tx) => {
    await tx.query('DELETE FROM agent_runs WHERE id = $1', [old]);
    await audited.chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [old] } }]);
  });
  await used.stack.query('DELETE FROM agent_runs WHERE id = $1', [deleted]);
  const path = join(audited.folder, 'deleted.jsonl');
  expect((await verify('--export', path)).code).toBe(1);
  const found = await verify('--file', path, '--public-key', publicKey());
  expect(found, found.log).toMatchObject({ code: 1 });
  expect(found.log).toContain(`Run ${deleted} is gone`);
  expect(found.log).not.toContain(old);

  // Up to version 2 an export keeps its faults as sentences.
  const sentence = `Run ${deleted} is gone, and no signed entry says that retention deleted it.`;
  const earlier = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      if (!line.startsWith('{"checked"'))
        return line.replace('{"export":{"version":3', '{"export":{"version":2');
      const { checked } = JSON.parse(line);
      expect(checked.faults).toEqual([{ code: 'run_gone', run_id: deleted }]);
      return JSON.stringify({ checked: { ...checked, faults: [sentence] } });
    });
  const second = await verifyLines(signedAnew(earlier));
  expect(second, second.log).toMatchObject({ code: 1 });
  expect(second.log.split(deleted)).toHaveLength(2);
  expect(second.log).toContain(sentence);

  // The entries alone decide if the findings are missing, as in exports of earlier versions.
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(0, -1);
  const silent = lines.filter((line) => !line.startsWith('{"checked"'));
  const bare = await verifyLines(signedAnew(silent));
  expect(bare, bare.log).toMatchObject({ code: 1 });
  expect(bare.log).toMatch(new RegExp(`Run ${deleted}: entry \\d+ names it, but it is not in the export`));
  expect(bare.log).not.toContain(old);
  const dropped = signedAnew(silent.filter((line) => !line.startsWith(`{"run":{"id":"${kept}"`)));
  expect((await verifyLines(dropped)).log).toContain(`Run ${kept}: entry`);
  const before = silent.map((line) => line.replace('"until":"9999-01-01', '"until":"2020-01-01'));
  expect((await verifyLines(signedAnew(before))).log).not.toContain(deleted);

  // The findings are repeated for any period and any argument.
  const early = join(audited.folder, 'early.jsonl');
  expect((await verify('--export', early, '--until', '2020-01-01')).code).toBe(1);
  expect(await verify('--file', early)).toMatchObject({
    code: 1,
    log: expect.stringContaining(`Run ${deleted} is gone`),
  });
  await used.stack.query('UPDATE agent_run_events SET status = $2 WHERE run_id = $1 AND seq = 4', [
    kept,
    'failed',
  ]);
  await audited.db.transaction((tx) =>
    audited.chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [deleted] } }]),
  );
  await used.stack.query('DELETE FROM audit_chain WHERE number = (SELECT max(number) FROM audit_chain)');
  const cut = join(audited.folder, 'cut.jsonl');
  const wrong = `${Number(head.split(':')[0]) + 100}:${head.split(':')[1]}`;
  expect((await verify('--export', cut, '--head', wrong)).code).toBe(1);
  const again = await verify('--file', cut);
  expect(again.log).toContain('The chain ends before the head that was noted');
  expect(again.log).toContain(`Run ${kept}: event 4`);
});

test('an export of a busy installation checks clean: runs end and are deleted while it is written', async () => {
  await used.stack.query('DELETE FROM audit_chain');
  await used.stack.query('DELETE FROM agent_runs');
  await adopt(audited.db, audited.chain);
  const { db, chain } = audited;
  const everything = { since: new Date(0), until: new Date('9999-01-01') };
  const [first, second] = [await ended(), await ended()];
  await untilArchived([first, second]);
  const path = join(audited.folder, 'busy.jsonl');
  const file = await AuditExport.begin(path, { period: everything }, signer, db);
  const witness = { entry: file.entry.bind(file), run: file.run.bind(file), progress: () => undefined };
  const reading = new ChainReading(db, chain, null, witness);
  await reading.readOn();
  const up_to = reading.number;
  // The chain was read, the runs were not: one is deleted in order, one ends.
  await db.transaction(async (tx) => {
    await tx.query('DELETE FROM agent_runs WHERE id = $1', [first]);
    await chain.append(tx, [{ kind: 'removed', run_id: null, facts: { runs: [first] } }]);
  });
  const late = await ended();
  await untilArchived([late]);
  const engine = await Engine.connect(readEnvironment(used.stack.environment), 'test');
  const audits = new AuditService(db, new RunRepository(db), engine, signer);
  const runs = await verifyRuns(db, audits, everything, true, witness);
  await engine.close();
  expect(runs).toMatchObject({ verified: 2, mismatch: 0 });
  // The runs were read: one more ends.
  await untilArchived([await ended()]);
  await reading.readOn();
  const { faults } = reading.end();
  expect(faults).toEqual([]);
  await file.end({ up_to, faults });
  const found = await verify('--file', path, '--public-key', publicKey());
  expect(found, found.log).toMatchObject({ code: 0 });
  expect(found.log).toContain('2 verified when it was written');
});

test('an export for one organisation shows no word of another, and still tells whether a run is missing', async () => {
  const other = await used.stack.seed('Other', 'owner@other.test');
  const { id: theirs } = await used.stack
    .caller(used.url, other.api_key)
    .start({ agent: 'self_check', input: { steps: 2 } });
  await used.stack.caller(used.url, other.api_key).ended(theirs);
  const [mine, deleted] = [await ended({ input: { steps: 3 } }), await ended()];
  await untilArchived([theirs, mine, deleted]);
  const whole = join(audited.folder, 'whole.jsonl');
  expect((await verify('--export', whole)).code).toBe(0);
  const path = join(audited.folder, 'others.jsonl');
  const { organisation_id } = other;
  expect((await verify('--export', path, '--organisation', organisation_id)).code).toBe(0);
  const text = readFileSync(path, 'utf8');
  const lines = text.trim().split('\n');
  expect(readFileSync(whole, 'utf8')).toContain('step 3 of 3');
  expect(text).toContain('step 2 of 2');
  expect(text).not.toContain('step 3 of 3');
  expect(lines.filter((line) => line.startsWith('{"run"'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('{"entry"') && line.includes('step '))).toEqual([]);
  expect(text).toContain(`{"left_out":{"id":"${mine}","verdict":"verified"}}`);
  const found = await verify('--file', path, '--public-key', publicKey());
  expect(found, found.log).toMatchObject({ code: 0 });
  expect(found.log).toContain(
    `1 verified when it was written, 0 not verified, 0 pending, of organisation ${organisation_id}`,
  );
  const fewer = signedAnew(lines.slice(0, -1).filter((line) => !line.startsWith('{"run"')));
  expect((await verifyLines(fewer)).log).toContain(`Run ${theirs}: entry`);

  // A run that was moved to another organisation is found, whoever the export is for.
  await used.stack.query(
    'UPDATE agent_runs SET organisation_id = $2, project_id = NULL, user_id = NULL WHERE id = $1',
    [theirs, used.stack.tenant.organisation_id],
  );
  const moved = join(audited.folder, 'moved.jsonl');
  expect((await verify('--export', moved, '--organisation', organisation_id)).code).toBe(1);
  expect(await verify('--file', moved)).toMatchObject({
    code: 1,
    log: expect.stringContaining(`Run ${theirs}, of another organisation: it did not verify`),
  });
  const nobody = await verify('--export', join(audited.folder, 'none'), '--organisation', randomUUID());
  expect(nobody).toMatchObject({ code: 2, log: expect.stringContaining('there is no organisation') });
});

test('a call that cannot be used says which option takes what', async () => {
  const missing = join(audited.folder, 'nowhere', 'x.jsonl');
  const pages: [string[], string][] = [
    [['--since', 'yesterday-ish'], '--since takes a day (2026-03-01) or a moment'],
    [['--until', '2026-03-01T12:00'], '--until takes a day'],
    [['--since', '2026-03-02', '--until', '2026-03-01'], '--since must be before --until.'],
    [['--head', '7'], '--head takes <number>:<digest>'],
    [['--file', 'x', '--public-key', 'a1:nothing'], '--public-key takes <id>:<key>'],
    [['--public-key', publicKey()], '--public-key goes with --file'],
    [['--file', 'x', '--since', '2026-03-01'], '--since does not go with --file'],
    [['--organisation', 'acme', '--export', 'x'], '--organisation takes an id'],
    [['--organisation', randomUUID()], '--organisation goes with --export'],
    [['--everything'], "Unknown option '--everything'"],
  ];
  for (const [args, words] of pages) {
    const { code, log } = await verify(...args);
    expect({ code, lines: log.trim().split('\n').length }, log).toEqual({ code: 2, lines: 2 });
    expect(log).toContain(words);
    expect(log).toContain('npm run audit:verify -- --help');
  }
  expect(await verify('--file', missing)).toMatchObject({
    code: 2,
    log: `--file: ${missing} is not there, or its folder is not.\n`,
  });
  expect(await verify('--file', audited.folder)).toMatchObject({
    code: 2,
    log: expect.stringContaining('is a folder'),
  });
  expect(await verify('--export', missing)).toMatchObject({
    code: 2,
    log: expect.stringContaining(`--export: ${missing} is not there, or its folder is not.`),
  });
  const help = await verify('--help');
  expect(help).toMatchObject({ code: 0, log: expect.stringMatching(/^usage: npm run audit:verify/) });
  const [port] = await freePorts(1);
  const gone = Program.start('audit-verify', {
    ...used.stack.environment,
    DATABASE_URL: `postgres://somebody:secret@localhost:${port}/x`,
  });
  expect(await gone.ended()).toBe(2);
  expect(gone.log).toBe(
    `PostgreSQL cannot be reached at localhost:${port}: start the product with npm start, or set DATABASE_URL.\n`,
  );
});
