/* One line on what each command does, for COMMAND DOCS. The words are our own. */

export const COMMAND_SUMMARIES: Readonly<Record<string, string>> = {
  get: 'The string at a key.',
  set: 'Sets a key to a string, whatever was there.',
};
