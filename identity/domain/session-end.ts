// Why a session ended. Logging out and expiry leave those grants alone that a person gave beyond the session; every other
// reason is about the person or the device, and leaves nothing.

export const END_REASONS = ['logout', 'kick', 'password', 'freeze', 'expiry', 'closed', 'admin'] as const;

export type EndReason = (typeof END_REASONS)[number];

/** True when grants that outlive the session (refresh tokens beyond it) stay. */
export function keepsLastingGrants(reason: EndReason): boolean {
  return reason === 'logout' || reason === 'expiry';
}
