// Files of a test, in memory.
import { type FileStore, sm3Hex } from '../../common/files/file-store.ts';

export function makeMemoryFiles(): Pick<FileStore, 'put' | 'get'> & FileStore {
  const files = new Map<string, Uint8Array>();
  return {
    put: async (bytes: Uint8Array) => {
      const digest = sm3Hex(bytes);
      files.set(digest, bytes.slice());
      return digest;
    },
    get: async (digest: string) => files.get(digest) ?? null,
  } as FileStore;
}
