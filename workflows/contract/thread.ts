/** Words that conversations and the agents that read them share. */

export const CHANNELS = ['chat', 'support'] as const;
export type Channel = (typeof CHANNELS)[number];

export const MESSAGE_ROLES = ['user', 'assistant', 'system'] as const;
export type MessageRole = (typeof MESSAGE_ROLES)[number];
