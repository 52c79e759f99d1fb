const STOP_WORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each few for from further had has have having he her here hers
  him his how i if in into is it its itself just me more most my no nor not now of off on once only or other our
  out over own please same she should so some such than that the their them then there these they this those
  through to too under until up very was we were what when where which while who whom why will with would you
  your`.split(/\s+/),
);

/** Words in lower case, in order, stop words included. */
export function textWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A rough stem, so that "fails", "failed" and "failing" count as one term. */
export function stem(word: string): string {
  if (word.length <= 3) return word;
  return word.replace(/(?:ies|ing|ed|es|s|e|y)$/, '');
}

/** The words that carry meaning, stemmed. */
export function termsOf(text: string): string[] {
  return textWords(text)
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word))
    .map(stem);
}

/** The words of an identifier: `dueDate`, `due_date` and `Due date` are all "due date". */
export function nameWords(name: string): string[] {
  return textWords(name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' '));
}

export function matches(text: string, expression: RegExp): string[] {
  return [...new Set(text.match(expression) ?? [])];
}
