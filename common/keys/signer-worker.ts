// Entry of a signing thread: it does nothing else.
import { serveKeys } from './serve-keys.ts';

serveKeys();
