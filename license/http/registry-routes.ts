// The route table of the registry: authorities, systems, and which of them issue for whom.
import type { BearerGate } from '../../common/http/bearer.ts';
import { type Route, row } from '../../common/http/routes.ts';
import type { RegistryDeps } from '../flow/registry-act.ts';
import { makeRegistryHandlers } from './registry.ts';
import { REGISTRY_API } from './registry-operations.ts';

export function registryRoutes({ deps, gate }: { readonly deps: RegistryDeps; readonly gate: BearerGate }): Route[] {
  const acts = makeRegistryHandlers(deps, gate);
  const authorities = '/v1/issuing-authorities';
  const clients = '/v1/registered-clients';
  const issuing = '/v1/issuing-clients';
  return [
    row('GET', authorities, 'license:admin', acts.listAuthorities, REGISTRY_API.listAuthorities),
    row('POST', authorities, 'license:admin', acts.registerAuthority, REGISTRY_API.registerAuthority),
    row('POST', `${authorities}/endings`, 'license:admin', acts.endAuthority, REGISTRY_API.endAuthority),
    row('GET', clients, 'license:admin', acts.listClients, REGISTRY_API.listClients),
    row('POST', clients, 'license:admin', acts.registerClient, REGISTRY_API.registerClient),
    row('POST', `${clients}/endings`, 'license:admin', acts.endClient, REGISTRY_API.endClient),
    row('POST', issuing, 'license:admin', acts.allowIssuing, REGISTRY_API.allowIssuing),
    row('POST', `${issuing}/endings`, 'license:admin', acts.endIssuing, REGISTRY_API.endIssuing),
    row('GET', '/v1/registry-acts', 'license:admin', acts.listActs, REGISTRY_API.listActs),
  ];
}
