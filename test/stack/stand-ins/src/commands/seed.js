import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const seeded = join(process.env.NIGHTSHIFT_HOME, 'seeded');
const makesKey = !existsSync(seeded) || process.argv.includes('--new-key');
writeFileSync(seeded, '');
const ids = { organisation_id: 'o1', project_id: 'p1', user_id: 'u1' };
console.log('seeding');
console.log(JSON.stringify({ ...ids, ...(makesKey ? { api_key: `key-${process.hrtime.bigint()}` } : {}) }));
