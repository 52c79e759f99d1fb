/** This condition on a table of messages, by name or alias, excludes internal ones from models, counts and search. */
export const NOT_INTERNAL = (message: string) => `${message}.metadata->'internal' IS DISTINCT FROM 'true'`;
