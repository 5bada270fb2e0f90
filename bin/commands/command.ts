// What a subcommand of `xinji` is. Each file in this folder exports one, named `command`; bin/xinji.ts lists them.

/** EX_USAGE of sysexits.h. */
export const EXIT_USAGE = 64;

export type Command = {
  /** The word after `xinji`. */
  readonly name: string;
  /** One line for `xinji help`. */
  readonly summary: string;
  /** Printed by `xinji help NAME`; arguments, options and exit codes. */
  readonly usage: string;
  /** Returns the exit code. A `TrustError` is printed with its hint by bin/xinji.ts. */
  readonly run: (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;
};
