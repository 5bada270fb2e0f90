// Words and figures that the pages of 批量签发 share.
import { formatDateTime, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import type { Batch, BatchCounts } from '../domain/batch.ts';
import type { LicenseType } from '../domain/license-type.ts';

const TEXTS = {
  untitled: { zh: '{time}的批次', en: 'List of {time}' },
} satisfies Texts;

export type BatchView = { readonly batch: Batch; readonly counts: BatchCounts; readonly type: LicenseType };

/** What several pages of a list say. */
export const BATCH_TEXTS = {
  title: { zh: '批量签发', en: 'Lists' },
  list: { zh: '批次', en: 'List' },
  type: { zh: '证照类型', en: 'License type' },
  fresh: { zh: '新建批次', en: 'New list' },
  stop: { zh: '停止剩余签发', en: 'Stop the rest' },
  sentAt: { zh: '上传时间', en: 'Sent at' },
  progress: {
    zh: '已处理 {n} / {all} 行，成功 {issued}，未签发 {not}',
    en: '{n} of {all} rows done, {issued} issued, {not} not',
  },
} satisfies Texts;

export const totalOf = (counts: BatchCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
export const settledOf = ({ issued, refused, stopped, bad }: BatchCounts): number => issued + refused + stopped + bad;

/** 12,345. */
export const figure = (count: number): string => count.toLocaleString('en-US');

export function titleOf(lang: Lang, { title, createdAt }: Pick<Batch, 'title' | 'createdAt'>): string {
  return title === '' ? sayIn(lang)(TEXTS.untitled, { time: formatDateTime(lang, createdAt) }) : title;
}

export function progressWords(lang: Lang, counts: BatchCounts): string {
  const [all, n] = [totalOf(counts), settledOf(counts)];
  return sayIn(lang)(BATCH_TEXTS.progress, {
    n: figure(n),
    all: figure(all),
    issued: figure(counts.issued),
    not: figure(n - counts.issued),
  });
}
