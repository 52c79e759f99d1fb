import type { Doc } from '../../platform/db/entities/doc.entity.js';
import type { ApiClient } from '../console/api-client.js';
import { reason } from '../console/stopped.js';
import { distinctTitle, markdownPaths, readMarkdown } from './markdown-folder.js';
import { type ImportOutcome, Report } from './report.js';

/** A folder of markdown becomes docs. The title says which doc a file is: a second run changes what differs. */
export async function importDocs(api: ApiClient, project: string, folder: string): Promise<Report> {
  const paths = await markdownPaths(folder);
  const there = await docsByTitle(api, project);
  const report = new Report('docs', paths.length);
  const titles = new Set<string>();
  const naming: { path: string; doc: Doc }[] = [];
  for (const path of paths)
    await report.each(path, async () => {
      const file = await readMarkdown(folder, path);
      const { outcome, doc } = await save(api, project, there, distinctTitle(titles, file), file.body);
      if (file.body.includes('[[')) naming.push({ path, doc });
      return outcome;
    });
  if (report.count('created') > 0) await linkAgain(api, naming, report);
  return report;
}

type Listed = Pick<Doc, 'id' | 'title'>;

/** Archived docs are listed too, so that an import does not make one again. */
async function docsByTitle(api: ApiClient, project: string): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>();
  for (const archived of [true, false])
    for await (const doc of api.pages<Listed>(`/api/projects/${project}/docs?archived=${archived}`, 'docs'))
      listed.set(doc.title, doc);
  return listed;
}

async function save(
  api: ApiClient,
  project: string,
  there: Map<string, Listed>,
  title: string,
  body: string,
): Promise<{ outcome: ImportOutcome; doc: Doc }> {
  const known = there.get(title);
  if (!known) {
    const doc = await api.post<Doc>(`/api/projects/${project}/docs`, { title, body });
    return { outcome: 'created', doc };
  }
  const doc = await api.get<Doc>(`/api/docs/${known.id}`);
  if (doc.body === body) return { outcome: 'unchanged', doc };
  const { revision } = doc;
  return { outcome: 'updated', doc: await api.patch<Doc>(`/api/docs/${doc.id}`, { body, revision }) };
}

/** A doc may name one that came after it: saved again, it finds it. */
async function linkAgain(api: ApiClient, docs: { path: string; doc: Doc }[], report: Report): Promise<void> {
  for (const { path, doc } of docs)
    await api.patch(`/api/docs/${doc.id}`, { revision: doc.revision }).catch((error: unknown) => {
      report.note(`${path}: its links to later docs were not found: ${reason(error)}`);
    });
}
