/** The fields that a log keeps of an error: which one it was and where, and no text that somebody wrote. */
interface LoggedError {
  type: string;
  message: string;
  stack: string;
  code?: string;
  status?: number;
  [fact: string]: unknown;
}

/** Facts of PostgreSQL, of the system and of HTTP that name no value. */
const FACTS = [
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'errno',
  'syscall',
  'address',
  'port',
];

/**
 * PostgreSQL's errors hold the statement's parameters, its details the values of rows, a provider's the prompt that it
 * refused: of errors from outside the message is left out and their code stands for it.
 */
export function loggedError(thrown: unknown): LoggedError {
  if (!(thrown instanceof Error))
    return { type: typeof thrown, message: 'something that is no error was thrown', stack: '' };
  const { code, status, cause } = thrown as Error & { code?: unknown; status?: unknown };
  const facts = thrown as unknown as Record<string, unknown>;
  const named = FACTS.flatMap((fact) => (isPlain(facts[fact]) ? [[fact, facts[fact]]] : []));
  return {
    type: thrown.constructor.name,
    message: quotes(thrown) ? '(left out: it may quote what somebody wrote)' : thrown.message,
    stack: framesOf(thrown.stack),
    ...(isPlain(code) ? { code: String(code) } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...Object.fromEntries(named),
    ...(cause instanceof Error && cause !== thrown ? { cause: loggedError(cause) } : {}),
  };
}

/**
 * The message of an error from PostgreSQL (`severity`), TypeORM (`query`) or a provider (`headers`, or a request's
 * name) may quote somebody.
 */
function quotes(error: Error): boolean {
  return ['severity', 'query', 'headers', 'requestID'].some((sign) => sign in error);
}

const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** The first lines of a stack repeat the message. */
function framesOf(stack = ''): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
