// What an annotated copy (加注件) says of itself, out of what the caller asked for and what the platform allows.
import { TrustError } from '../../common/errors.ts';
import type { Annotation } from './license-metadata.ts';

/** Unless asked for otherwise, and at most. */
export const COPY_DAYS = 7;
export const MAX_COPY_DAYS = 30;
/** 按地址取文件: so long an address answers. */
export const ADDRESS_SECONDS = 600;

const DAY_MS = 86_400_000;

export type CopyWish = {
  /** 使用目的. */
  readonly purpose: string;
  /** Whose name stands beside the platform's as 加注件制作者, or null. */
  readonly creator: string | null;
  readonly expiresAt: Date | null;
};

/** Throws `invalid-request` for an end that has passed or lies too far ahead. */
export function makeAnnotation(wish: CopyWish, platform: string, now: Date): Annotation {
  const expiresAt = wish.expiresAt ?? new Date(now.getTime() + COPY_DAYS * DAY_MS);
  const latest = new Date(now.getTime() + MAX_COPY_DAYS * DAY_MS);
  if (expiresAt <= now || expiresAt > latest) {
    const detail = `a copy can be used until ${latest.toISOString()} at most, and not until ${expiresAt.toISOString()}`;
    throw new TrustError('invalid-request', detail, { pointer: '/data/certificateCopyExpiringTime' });
  }
  const names = wish.creator === null || wish.creator === platform ? [platform] : [wish.creator, platform];
  return { createdAt: now, creator: names.join('、'), cause: wish.purpose, expiresAt };
}
