// Lists of many: a table that becomes cards on phones and in large type, its filter, its pager, and the timeline. All work
// without script: filters are a GET form, sorting and pages are links. Words come in the page's language.
import { attribute, type Html, type HtmlValue, html } from './html.ts';
import { formatDate, formatTime, type Lang, sayIn, type Texts } from './texts.ts';

const TEXTS = {
  pager: { zh: '翻页', en: 'Pages' },
  previous: { zh: '上一页', en: 'Previous' },
  next: { zh: '下一页', en: 'Next' },
  place: { zh: '第 {page} 页，共 {pages} 页', en: 'Page {page} of {pages}' },
  placeOnly: { zh: '第 {page} 页', en: 'Page {page}' },
  filters: { zh: '筛选条件', en: 'Filters' },
  filter: { zh: '筛选', en: 'Filter' },
  clear: { zh: '清除筛选', en: 'Clear filters' },
  noHit: { zh: '没有符合条件的记录。', en: 'No records match.' },
} satisfies Texts;

export type Column = {
  readonly name: string;
  /** Numbers: to the right, not broken. */
  readonly figures?: boolean;
  /** Makes the name a link; `order` when the table is sorted by it. */
  readonly sort?: { readonly href: string; readonly order?: 'ascending' | 'descending' };
};

export type RecordTable = {
  readonly caption: HtmlValue;
  /** The first one names the rows. */
  readonly columns: readonly Column[];
  /** As many cells as columns; the first is what the row is called. */
  readonly rows: readonly (readonly HtmlValue[])[];
  /** Shown in place of a table without rows: what would be here, and the one way to get it. */
  readonly empty: HtmlValue;
};

// The roles are said in words because the sheet turns rows into blocks on small screens, where browsers forget the table.
export function recordTable({ caption, columns, rows, empty }: RecordTable): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<table class="records" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(headCell)}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => html`<tr role="row">${cells.map((cell, at) => bodyCell(columns[at]!, cell, at === 0))}</tr>\n`)}</tbody></table>`;
}

function headCell({ name, figures, sort }: Column): Html {
  const label = sort === undefined ? name : html`<a href="${sort.href}">${name}</a>`;
  return html`<th scope="col" role="columnheader"${attribute('class', figures ? 'figures' : null)}${attribute('aria-sort', sort?.order)}>${label}</th>`;
}

function bodyCell({ name, figures }: Column, value: HtmlValue, isHead: boolean): Html {
  const kind = attribute('class', figures ? 'figures' : null);
  return isHead
    ? html`<th scope="row" role="rowheader"${kind}>${value}</th>`
    : html`<td role="cell" data-name="${name}"${kind}>${value}</td>`;
}

export type Pager = {
  readonly page: number;
  /** Left out when nobody has counted. */
  readonly pages?: number;
  readonly previousHref?: string | null;
  readonly nextHref?: string | null;
};

/** Nothing when there is one page only. */
export function pager(lang: Lang, { page, pages, previousHref, nextHref }: Pager): Html | null {
  if (!previousHref && !nextHref) return null;
  const say = sayIn(lang);
  const place = pages === undefined ? say(TEXTS.placeOnly, { page }) : say(TEXTS.place, { page, pages });
  return html`<nav class="pager" aria-label="${say(TEXTS.pager)}">${previousHref ? html`<a class="link" rel="prev" href="${previousHref}">${say(TEXTS.previous)}</a>` : null}${nextHref ? html`<a class="link" rel="next" href="${nextHref}">${say(TEXTS.next)}</a>` : null}<span>${place}</span></nav>`;
}

/** `fields` are parts of `field` and `selectField`; `action` is the page's own path, where 清除筛选 leads too. */
export function filterForm(lang: Lang, { action, fields }: { action: string; fields: readonly Html[] }): Html {
  const say = sayIn(lang);
  return html`<form class="filters" method="get" action="${action}" aria-label="${say(TEXTS.filters)}">${fields}<div class="actions"><button class="button plain" type="submit">${say(TEXTS.filter)}</button><a class="link" href="${action}">${say(TEXTS.clear)}</a></div></form>`;
}

/** For a filtered list without a hit. */
export function noHit(lang: Lang, action: string): Html {
  const say = sayIn(lang);
  return html`${say(TEXTS.noHit)} <a href="${action}">${say(TEXTS.clear)}</a>`;
}

export type Choice = { readonly value: string; readonly label: string };

/** A choice among 7 to 20; below that radio buttons are better, above a search. */
export function selectField(of: {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly value?: string;
}): Html {
  const id = `field-${of.name}`;
  return html`<div class="field"><label for="${id}">${of.label}</label><select id="${id}" name="${of.name}">${of.choices.map(({ value, label }) => html`<option value="${value}"${attribute('selected', value === of.value)}>${label}</option>`)}</select></div>`;
}

export type TimelineEntry = {
  readonly at: Date;
  /** Who did what. */
  readonly what: HtmlValue;
  /** Why and where. */
  readonly why?: HtmlValue;
};

/** Newest first as given, under a heading for each day. */
export function timeline(lang: Lang, entries: readonly TimelineEntry[], empty: HtmlValue): Html {
  if (entries.length === 0) return html`<p class="empty">${empty}</p>`;
  const days = Map.groupBy(entries, ({ at }) => formatDate(lang, at));
  return html`${[...days].map(
    ([day, ofDay]) => html`<h3>${day}</h3><ol class="timeline">${ofDay.map(timelineItem)}</ol>`,
  )}`;
}

function timelineItem({ at, what, why }: TimelineEntry): Html {
  return html`<li><time datetime="${at.toISOString()}">${formatTime(at)}</time><div><p>${what}</p>${why ? html`<p class="hint small">${why}</p>` : null}</div></li>`;
}
