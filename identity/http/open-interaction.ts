// One login or consent under way, as the provider keeps it.
import type { Provider } from 'oidc-provider';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** The name people know the asking system by. */
export async function systemName(provider: Provider, interaction: Interaction): Promise<string> {
  const clientId = String(interaction.params['client_id']);
  return (await provider.Client.find(clientId))?.clientName ?? clientId;
}
