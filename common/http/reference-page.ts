// /reference: the same contracts as /openapi.json as a page, rendered on the server: no script, no other origin, so the
// house's content policy holds. /openapi.json is served from here too.
import { problemDocument } from '../contract/problem.ts';
import { PROBLEMS } from '../errors.ts';
import type { PageFrame } from '../web/frame.ts';
import { type Html, html } from '../web/html.ts';
import { renderPage } from '../web/layout.ts';
import { sayIn, type Text, type Texts } from '../web/texts.ts';
import { exampleOf } from './example.ts';
import { toSchema } from './json-schema.ts';
import {
  contents,
  type DescribedRoute,
  describedRoutes,
  formObject,
  makeOpenApi,
  type OpenApiDeps,
  problemsOf,
} from './openapi.ts';
import type { Content } from './operation.ts';
import { pageFrame, sendPage } from './preferences.ts';
import { type Route, scopesOf } from './routes.ts';

export type ReferenceDeps = OpenApiDeps & { readonly service: Text };

const TEXTS = {
  title: { zh: '{service}：接口文档', en: '{service}: API reference' },
  machine: { zh: '机器可读的同一份约定：', en: 'The same contracts for machines: ' },
  contents: { zh: '目录', en: 'Contents' },
  access: { zh: '访问', en: 'Access' },
  public: { zh: '公开', en: 'Public' },
  session: { zh: '登录后的页面会话', en: 'Session of a page after login' },
  scope: {
    zh: '访问令牌，权限范围 {scope}，受众 {audience}',
    en: 'Access token with scope {scope}, audience {audience}',
  },
  parameters: { zh: '参数', en: 'Parameters' },
  name: { zh: '名称', en: 'Name' },
  place: { zh: '位置', en: 'Place' },
  rule: { zh: '规则', en: 'Rule' },
  key: {
    zh: '8 至 128 个可见 ASCII 字符；重复请求用同一个',
    en: '8 to 128 visible ASCII characters; the same for a repetition',
  },
  request: { zh: '请求体', en: 'Request body' },
  answer: { zh: '应答 {status}', en: 'Answer {status}' },
  problems: { zh: '错误', en: 'Problems' },
  code: { zh: '代码', en: 'Code' },
  meaning: { zh: '含义', en: 'Meaning' },
  cure: { zh: '如何处理', en: 'What to do' },
  example: { zh: '示例', en: 'Example' },
  schema: { zh: '结构', en: 'Schema' },
  problemForm: { zh: '错误的形式', en: 'Form of a problem' },
  bytes: { zh: '原始字节', en: 'Raw bytes' },
} satisfies Texts;

/** Rows for the room's table: /openapi.json and /reference. `table` is the room's own, without these rows. */
export function referenceRoutes(table: readonly Route[], deps: ReferenceDeps): readonly Route[] {
  const document = JSON.stringify(makeOpenApi(table, deps));
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      scope: 'public',
      handler: (ctx) => {
        ctx.type = 'application/json; charset=utf-8';
        ctx.body = document;
      },
    },
    {
      method: 'GET',
      path: '/reference',
      scope: 'public',
      handler: (ctx) => sendPage(ctx, referencePage(pageFrame(ctx), table, deps)),
    },
  ];
}

/** The page. */
export function referencePage(frame: PageFrame, table: readonly Route[], deps: ReferenceDeps): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.title, { service: say(deps.service) });
  const rows = describedRoutes(table);
  return renderPage({
    ...frame,
    service: deps.service,
    title,
    column: 'console',
    main: html`<h1>${title}</h1>
<p class="lead"${frame.lang === 'zh' ? html` lang="en"` : null}>${deps.description}</p>
<p>${say(TEXTS.machine)}<a href="/openapi.json">/openapi.json</a></p>
<nav aria-label="${say(TEXTS.contents)}"><ul>${rows.map((row) => html`<li><a class="link" href="#${row.operation.id}">${summary(frame, row)}</a></li>`)}</ul></nav>
${rows.map((row) => operationPart(frame, row, deps.url))}
<div class="card"><h2>${say(TEXTS.problemForm)}</h2>${code(toSchema(problemDocument))}</div>`,
  });
}

function summary(frame: PageFrame, { operation }: DescribedRoute): string {
  return frame.lang === 'zh' ? operation.summaryZh : operation.summary;
}

function operationPart(frame: PageFrame, row: DescribedRoute, audience: string): Html {
  const say = sayIn(frame.lang);
  const { operation, scope } = row;
  const access =
    scope === 'public'
      ? say(TEXTS.public)
      : scope === 'session'
        ? say(TEXTS.session)
        : say(TEXTS.scope, { scope: scopesOf(scope).join(', '), audience });
  return html`<section class="card operation" id="${operation.id}" aria-labelledby="${operation.id}-title">
<h2 id="${operation.id}-title">${summary(frame, row)}</h2>
<p><span class="method">${row.method}</span> <code class="identifier">${row.path.replace(/:(\w+)/g, '{$1}')}</code></p>
${operation.description === undefined ? null : html`<p${frame.lang === 'zh' ? html` lang="en"` : null}>${operation.description}</p>`}
<p>${say(TEXTS.access)}${frame.lang === 'zh' ? '：' : ': '}${access}</p>
${parameterTable(frame, row)}
${contents(operation.body).map((content) => html`<h3>${say(TEXTS.request)} ${content.type ?? 'application/json'}</h3>${contentPart(frame, content, 'input')}`)}
${Object.entries(operation.answers).map(
  ([status, answer]) =>
    html`<h3>${say(TEXTS.answer, { status })}</h3><p${frame.lang === 'zh' ? html` lang="en"` : null}>${answer.description}</p>${contents(answer.content).map((content) => contentPart(frame, content, 'output'))}`,
)}
${problemTable(frame, row)}
</section>`;
}

function parameterTable(frame: PageFrame, row: DescribedRoute): Html | null {
  const say = sayIn(frame.lang);
  const { operation } = row;
  const rows = [
    ...Object.entries(operation.params ?? {}).map(([name, schema]) => ({
      name,
      place: 'path',
      rule: rule(toSchema(schema)),
    })),
    ...Object.entries(operation.query?.shape ?? {}).map(([name, schema]) => ({
      name,
      place: 'query',
      rule: rule(toSchema(schema as never, 'input')),
    })),
    ...(operation.idempotent ? [{ name: 'Idempotency-Key', place: 'header', rule: say(TEXTS.key) }] : []),
  ];
  if (rows.length === 0) return null;
  return html`<h3>${say(TEXTS.parameters)}</h3>${tableBox(
    `${summary(frame, row)} ${say(TEXTS.parameters)}`,
    [say(TEXTS.name), say(TEXTS.place), say(TEXTS.rule)],
    rows.map((row) => [html`<code>${row.name}</code>`, row.place, row.rule]),
  )}`;
}

/** A schema in one line: type, bounds, description. */
function rule(schema: Readonly<Record<string, unknown>>): string {
  const parts = ['type', 'enum', 'format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'default']
    .filter((key) => schema[key] !== undefined)
    .map((key) => (key === 'type' ? String(schema[key]) : `${key} ${JSON.stringify(schema[key])}`));
  const description = schema['description'];
  return [...parts, ...(typeof description === 'string' ? [description] : [])].join('; ');
}

function contentPart(frame: PageFrame, content: Content, io: 'input' | 'output'): Html {
  const say = sayIn(frame.lang);
  if (content.parts) {
    const { example, ...form } = formObject(content.parts);
    const described = content.description ? html`<p lang="en">${content.description}</p>` : null;
    return html`${described}<p>${say(TEXTS.example)}</p>${code(example)}<details><summary>${say(TEXTS.schema)}</summary>${code(form)}</details>`;
  }
  if (content.schema === undefined) {
    return html`<p>${say(TEXTS.bytes)}: ${content.type}${content.description ? html`. <span lang="en">${content.description}</span>` : null}</p>`;
  }
  const value = content.example ?? exampleOf(content.schema, io);
  const example = value === undefined ? null : html`<p>${say(TEXTS.example)}</p>${code(value)}`;
  return html`${example}<details><summary>${say(TEXTS.schema)}</summary>${code(toSchema(content.schema, io))}</details>`;
}

function problemTable(frame: PageFrame, row: DescribedRoute): Html {
  const say = sayIn(frame.lang);
  const rows = problemsOf(row).map((name) => {
    const problem = PROBLEMS[name];
    return [
      html`${problem.status} <code>${name}</code>`,
      frame.lang === 'zh' ? problem.titleZh : problem.title,
      html`<span lang="en">${problem.hint}</span>`,
    ];
  });
  if (rows.length === 0) return html``;
  return html`<h3>${say(TEXTS.problems)}</h3>${tableBox(`${summary(frame, row)} ${say(TEXTS.problems)}`, [say(TEXTS.code), say(TEXTS.meaning), say(TEXTS.cure)], rows)}`;
}

/** A table that scrolls in its own box, which the keyboard can reach. */
function tableBox(label: string, head: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html {
  return html`<div class="table-box" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map((cells) => html`<tr>${cells.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody></table></div>`;
}

function code(value: unknown): Html {
  return html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`;
}
