import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ERROR_TABLE, isErrorCode } from '../../workflows/contract/errors.js';
import type { Json } from '../support/caller.js';
import { undeclared } from '../support/declared.js';
import { declaresField } from './declared-fields.js';
import type { Generated } from './generate-request.js';
import type { Operation } from './operations.js';
import { WORD } from './two-organisations.js';

export interface Answered {
  status: number;
  type: string;
  text: string;
}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
const NAMES = new RegExp(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|${WORD}|globex`, 'g');

/** Organisations themselves are a server administrator's to see. */
const seesAll = ({ path }: Operation) => path.startsWith('/api/organisations');

/** Returns the faults of the answer; none if it is right. */
export function faults(
  operation: Operation,
  sent: Generated,
  { status, type, text }: Answered,
  secrets: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const body = /[/+]json(;|$)/.test(type) ? JSON.parse(text) : text;
  const wrong = undeclared(operation.method, sent.address, { status, type, body });
  if (wrong) found.push(wrong);
  if (status >= 500 && operation.path !== '/api/health/ready') found.push(`it failed with ${status}`);
  if (status === 429) found.push('it counts a stream that was closed');
  if (sent.as === 'nobody' && operation.described.security && status < 400) found.push('it asked for no key');
  if (!seesAll(operation)) {
    if (sent.foreign && status < 400) found.push("it took what is another organisation's");
    found.push(...leaks(sent, text, secrets).map((leak) => `it tells ${leak} of another organisation`));
  }
  const schema = operation.described.requestBody?.content['application/json']?.schema;
  if (status < 400 && schema && sent.value !== undefined && !ajv.compile(schema)(sent.value))
    found.push('it took a body that its schema refuses');
  if (type.startsWith('application/problem+json')) found.push(...problemFaults(operation, sent, body));
  return found;
}

/** A request that names an id may be told it again. */
function leaks(sent: Generated, text: string, secrets: ReadonlySet<string>): string[] {
  const said = `${sent.address} ${sent.body ?? ''}`.toLowerCase();
  const told = text.toLowerCase().match(NAMES) ?? [];
  return told.filter((one) => (secrets.has(one) || !one.includes('-')) && !said.includes(one));
}

function problemFaults(operation: Operation, sent: Generated, body: Json): string[] {
  const { code, status, errors = [] } = body;
  if (!isErrorCode(code) || ERROR_TABLE[code].status !== status)
    return [`${code} is no code of the error table`];
  if (code !== 'validation_failed') return [];
  if (errors.length === 0) return ['it names no field'];
  if (!sent.valid) return [];
  return errors
    .filter(({ field }: Json) => !declaresField(operation, field))
    .map(({ field }: Json) => `it names ${field}, which is not declared`);
}
