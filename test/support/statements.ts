import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
/** The folders of the product's own code. */
const FOLDERS = ['src', 'agents', 'tools', 'activities', 'workflows'];

/** The code below the stores: connections, migrations, locks, and the dump of the schema. */
const BELOW_STORES = ['src/platform/db/', 'src/platform/locks/', 'src/commands/gen/'];

const STORE = /\.(store|repository)\.ts$/;
/** The world of an agent is part of the tests. */
const WORLD = /^agents\/[^/]+\/world\.ts$/;
const PIECES = /\.sql\.ts$/;

const SENDS = new Set(['query', 'getRepository', 'createQueryBuilder']);
const SQL = /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\s/;

export function sourceFiles(): { path: string; text: string }[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.endsWith('.ts'))
      .map((file) => relative(ROOT, join(file.parentPath, file.name))),
  ).map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Returns each breach of the rule of stores in a file as one line. */
export function breachesOf({ path, text }: { path: string; text: string }): string[] {
  if (BELOW_STORES.some((folder) => path.startsWith(folder))) return [];
  if (WORLD.test(path)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const breaches: string[] = [];
  const say = (node: ts.Node, breach: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    breaches.push(`${path}:${line + 1} ${breach}`);
  };
  const visit = (node: ts.Node): void => {
    if (isSent(node) && !STORE.test(path)) say(node, 'sends a statement outside of a store');
    if (ts.isTemplateLiteral(node) && SQL.test(textOf(node))) {
      const many = node.getText(source).includes('\n');
      if (many && !STORE.test(path) && !PIECES.test(path)) say(node, 'holds SQL outside of a store');
      if (many && !isConstant(node)) say(node, 'holds SQL of several lines without a name of its own');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return breaches;
}

function isSent(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    SENDS.has(node.expression.name.text)
  );
}

/** Returns the text of a template without its inserted values. */
function textOf(node: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(' ');
}

/** Returns true for the value of a constant in capitals at the top of its file, and for the value of such an arrow function. */
function isConstant(node: ts.Node): boolean {
  let part: ts.Node = node;
  while (!ts.isVariableDeclaration(part)) {
    const { parent } = part;
    const is_body = ts.isArrowFunction(parent) && parent.body === part;
    if (!parent || (ts.isFunctionLike(parent) && !is_body) || ts.isSourceFile(parent)) return false;
    part = parent;
  }
  const is_top = ts.isSourceFile(part.parent.parent.parent);
  return is_top && /^[A-Z][A-Z0-9_]*$/.test(part.name.getText());
}
