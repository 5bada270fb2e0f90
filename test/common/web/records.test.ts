import test from 'ava';
import { type Html, toMarkup } from '../../../common/web/html.ts';
import { filterForm, noHit, pager, recordTable, selectField, timeline } from '../../../common/web/records.ts';

const markup = (part: Html | null): string => (part === null ? '' : toMarkup(part));

test('a table names its rows and columns, for eyes and for screen readers, also when the sheet makes cards of it', (t) => {
  const text = markup(
    recordTable({
      caption: '记录',
      columns: [
        { name: '时间', sort: { href: '?sort=at', order: 'descending' } },
        { name: '次数', figures: true },
      ],
      rows: [['今天 <b>', 7]],
      empty: '空',
    }),
  );
  t.true(text.includes('<th scope="col" role="columnheader" aria-sort="descending"><a href="?sort=at">时间</a></th>'));
  t.true(text.includes('<th scope="row" role="rowheader">今天 &lt;b&gt;</th>'));
  t.true(text.includes('<td role="cell" data-name="次数" class="figures">7</td>'));
});

test('without rows it says what would be here, and is no table', (t) => {
  const text = markup(recordTable({ caption: '记录', columns: [{ name: '时间' }], rows: [], empty: '还没有记录' }));
  t.is(text, '<p class="empty">还没有记录</p>');
});

test('the pager says where one is, links only where there is something, and is nothing for one page', (t) => {
  t.is(pager('zh', { page: 1, pages: 1 }), null);
  const text = markup(pager('zh', { page: 2, pages: 31, previousHref: '?page=1', nextHref: '?page=3' }));
  t.true(text.includes('第 2 页，共 31 页') && text.includes('rel="prev"') && text.includes('rel="next"'));
  t.false(markup(pager('en', { page: 31, previousHref: '?page=30' })).includes('rel="next"'));
});

test('a filter is a GET form, with the way back to the whole list', (t) => {
  const field = selectField({
    name: 'kind',
    label: '种类',
    choices: [
      { value: '', label: '全部' },
      { value: 'a', label: '甲' },
    ],
    value: 'a',
  });
  const text = markup(filterForm('zh', { action: '/admin/audit', fields: [field] }));
  t.true(
    text.includes('method="get" action="/admin/audit"') && text.includes('<option value="a" selected>甲</option>'),
  );
  t.true(text.includes('<a class="link" href="/admin/audit">清除筛选</a>'));
  t.true(markup(noHit('en', '/x')).includes('No records match. <a href="/x">Clear filters</a>'));
});

test('a timeline has a heading for each day and times that machines read', (t) => {
  const at = new Date('2026-11-20T02:24:35Z');
  const text = markup(
    timeline(
      'zh',
      [
        { at, what: '李四 停用了系统', why: '到期' },
        { at: new Date('2026-11-19T15:00:00Z'), what: '登记' },
      ],
      '空',
    ),
  );
  t.is([...text.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, day]) => day).join(' '), '2026年11月20日 2026年11月19日');
  t.true(text.includes('<time datetime="2026-11-20T02:24:35.000Z">10:24:35</time>'));
  t.is(markup(timeline('zh', [], '还没有记录')), '<p class="empty">还没有记录</p>');
});
