import type { DemoArguments } from './arguments.js';
import type { Truth } from './truth.js';

/** Lists the content of the project, and things to try on it. */
export function summaryOf(truth: Truth, path: string, { url, key_in_shell }: DemoArguments): string {
  const { project, counts, duplicates, conflicts, questions } = truth;
  const { tickets, docs, messages, threads, checkins } = counts;
  const at = `$URL/api/projects/${project.id}`;
  const auth = '-H "Authorization: Bearer $KEY"';
  const question = encodeURIComponent(questions[0]?.q ?? '');
  return `
  ${project.name}
  ${tickets} tickets, ${docs} docs, ${messages} messages in ${threads} threads, ${checkins} check-ins over half a year
  planted: ${duplicates.length} duplicates, ${conflicts.length} conflicts, ${questions.length} questions with their answers: ${path}

  URL=${url}
  KEY=${key_in_shell}

  # ask something
  curl -s "${at}/search?q=${question}" ${auth}
  # have duplicates and conflicts looked for, and see what is suggested
  curl -s -X POST ${at}/ticket-conflicts/scan ${auth}
  curl -s "${at}/inbox?kind=ticket_relation" ${auth}
  # your day in it
  curl -s ${at}/today ${auth}
`;
}
