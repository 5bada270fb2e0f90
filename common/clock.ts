// Time comes in as an argument everywhere; this is where it enters a process.

export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
