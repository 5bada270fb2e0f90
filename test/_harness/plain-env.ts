// The environment of a program that a test starts: where programs are, where node keeps what it compiled, and nothing of ours.

export const PLAIN_ENV: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
