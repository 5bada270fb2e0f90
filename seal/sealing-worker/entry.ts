// Entry of a sealing thread.
import { serveKeys } from '../../common/keys/serve-keys.ts';
import type { ThreadQuestion } from './messages.ts';
import { makeThread } from './thread.ts';

serveKeys<ThreadQuestion>(makeThread);
