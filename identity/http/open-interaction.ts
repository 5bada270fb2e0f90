// One login or consent under way, as the provider keeps it.
import type { InteractionResults, Provider } from 'oidc-provider';
import { scopesToApprove } from '../domain/client.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/**
 * Writes what a page came to; returns where the flow goes on. What the pages before came to is kept with `merges` only.
 * Throws the library's SessionNotFound when the login under way has ended meanwhile.
 */
export async function finishInteraction(
  interaction: Interaction,
  result: InteractionResults,
  { merges = false }: { readonly merges?: boolean } = {},
): Promise<string> {
  interaction.result = merges ? { ...interaction.lastSubmission, ...result } : result;
  await interaction.persist();
  return interaction.returnTo;
}

/** The name people know the asking system by. */
export async function systemName(provider: CurrentProvider, interaction: Interaction): Promise<string> {
  const clientId = String(interaction.params['client_id']);
  return (await provider().Client.find(clientId))?.clientName ?? clientId;
}

/** What a login alone gives to a system of the platform; null for others and for programs, which ask for consent after it. */
export async function claimsGivenAtLogin(
  provider: CurrentProvider,
  interaction: Interaction,
): Promise<readonly ('name' | 'phone_number' | 'email' | 'identity_document' | 'level')[] | null> {
  const client = await provider().Client.find(String(interaction.params['client_id']));
  if (client?.['xinji_first_party'] !== true || client.applicationType === 'native') return null;
  const { clientId } = client;
  const asked = scopesToApprove({ clientId, sector: String(client['xinji_sector']) });
  const scopes = String(interaction.params['scope'] ?? '').split(' ');
  return [
    ...(scopes.includes('profile') ? (['name'] as const) : []),
    ...(scopes.includes('phone') ? (['phone_number'] as const) : []),
    ...(scopes.includes('email') ? (['email'] as const) : []),
    ...(scopes.includes('level') ? (['level'] as const) : []),
    ...(scopes.includes('identity_document') && !asked.includes('identity_document')
      ? (['identity_document'] as const)
      : []),
  ];
}
