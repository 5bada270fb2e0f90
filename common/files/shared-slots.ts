// Memory that threads read without copies: slots of a few sizes, used again and again, because memory that is taken anew for
// every document costs more than what is done with it. A slot belongs to one taker until he gives it back.

export type Slot = {
  /** All of it; what an earlier taker left is still there. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Once; nobody may look at it afterwards. */
  readonly giveBack: () => void;
};

export type Slots = {
  /** A slot of so many bytes or more. */
  readonly take: (bytes: number) => Slot;
};

const SMALLEST = 64 * 1024;

/** `keptBytes`: of free slots, in all; what is beyond is left to the collector. */
export function makeSlots({ keptBytes }: { readonly keptBytes: number }): Slots {
  const free = new Map<number, SharedArrayBuffer[]>();
  let kept = 0;
  return {
    take: (bytes) => {
      const size = sizeFor(bytes);
      const known = free.get(size)?.pop();
      if (known) kept -= size;
      const buffer = known ?? new SharedArrayBuffer(size);
      let isTaken = true;
      const giveBack = (): void => {
        const isFirst = isTaken;
        isTaken = false;
        if (!isFirst || kept + size > keptBytes) return;
        kept += size;
        const list = free.get(size);
        if (list) list.push(buffer);
        else free.set(size, [buffer]);
      };
      return { bytes: new Uint8Array(buffer), giveBack };
    },
  };
}

/** The next power of two. */
const sizeFor = (bytes: number): number => Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))));
