// The provider of this moment. Another one takes its place when the signing keys change: ask at every use, keep none.
import type { Provider } from 'oidc-provider';

export type CurrentProvider = () => Provider;
