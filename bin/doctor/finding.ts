// What the doctor says: one sentence about what was found, and what to do when it is wrong.

export type Finding = {
  readonly status: 'well' | 'note' | 'wrong';
  readonly sentence: string;
  /** Said when it is not well. */
  readonly advice?: string;
};

export type Check = () => Promise<readonly Finding[]>;

export const well = (sentence: string): Finding => ({ status: 'well', sentence });
export const note = (sentence: string, advice?: string): Finding =>
  advice === undefined ? { status: 'note', sentence } : { status: 'note', sentence, advice };
export const wrong = (sentence: string, advice: string): Finding => ({ status: 'wrong', sentence, advice });
