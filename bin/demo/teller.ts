// How the story is told: chapters, facts, and checks that end it when they do not hold.

export type Teller = {
  chapter(title: string): void;
  /** A line of the story. */
  say(text: string): void;
  /** A line that must be true; throws `StoryError` when it is not. */
  check(holds: boolean, text: string): void;
};

export class StoryError extends Error {}

/** Prints to `print`, one line a call. */
export function makeTeller(print: (line: string) => void): Teller & { readonly checks: () => number } {
  let checks = 0;
  return {
    chapter: (title) => print(`\n${title}`),
    say: (text) => print(`    ${text}`),
    check: (holds, text) => {
      if (!holds) throw new StoryError(`this should hold and does not: ${text}`);
      checks++;
      print(`  ✓ ${text}`);
    },
    checks: () => checks,
  };
}
