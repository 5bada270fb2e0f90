// Hands a request over to the provider, which has a koa of its own and writes the answer itself.
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { Keyring } from '../provider/keyring.ts';
import type { PageRequests } from '../provider/pages.ts';

export function makeProviderHandler(provider: CurrentProvider, keyring: Keyring, requests: PageRequests): Handler {
  let serving = provider();
  let handle = serving.callback();
  return async (ctx) => {
    await keyring.refresh();
    const current = provider();
    if (current !== serving) {
      serving = current;
      handle = current.callback();
    }
    requests.keep(ctx.req, {
      // Few of these answers are pages.
      get frame() {
        // A change of language on a page that answers a form leads to the first page: the form cannot be sent again.
        return pageFrame(ctx, ctx.method === 'GET' ? ctx.url : '/');
      },
      requestId: requestIdOf(ctx),
      address: ctx.ip,
    });
    ctx.respond = false;
    await handle(ctx.req, ctx.res);
  };
}
