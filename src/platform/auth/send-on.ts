import type { NewInvitation } from './invite.js';

/** An invitation with the command by which the invited person makes the first key. */
export function sendOn<I extends NewInvitation | null>(invitation: I, address: string) {
  return (
    invitation && {
      ...invitation,
      command: `curl -s "${address}/api/claims" -H 'Content-Type: application/json' -d '{"claim":"${invitation.claim}"}'`,
    }
  );
}

/** Adds the command to an answer that holds an invitation. */
export async function withCommand<A extends { invitation: NewInvitation | null }>(
  made: Promise<A>,
  address: string,
) {
  const answer = await made;
  return { ...answer, invitation: sendOn(answer.invitation, address) };
}
