// Outside judges: tools that others wrote, and that have the last word. Where one is missing the test is skipped by name
// and counted in one line at the end; with XINJI_REQUIRE_JUDGES=1 it fails instead.
import { accessSync, appendFileSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Implementation, TestFn } from 'ava';

/** Judge -> paths or command to look for, and the Debian package that brings it. */
const JUDGES = {
  openssl: { command: 'openssl', apt: 'openssl' },
  qpdf: { command: 'qpdf', apt: 'qpdf' },
  pdfsig: { command: 'pdfsig', apt: 'poppler-utils' },
  pdftotext: { command: 'pdftotext', apt: 'poppler-utils' },
  pdftoppm: { command: 'pdftoppm', apt: 'poppler-utils' },
  pdftocairo: { command: 'pdftocairo', apt: 'poppler-utils' },
  pdffonts: { command: 'pdffonts', apt: 'poppler-utils' },
  pdfinfo: { command: 'pdfinfo', apt: 'poppler-utils' },
  bouncycastle: { command: '/usr/share/java/bcpkix.jar', apt: 'libbcpkix-java' },
  java: { command: 'javac', apt: 'default-jdk-headless' },
  zbarimg: { command: 'zbarimg', apt: 'zbar-tools' },
  chromium: { command: '/usr/bin/chromium', apt: 'chromium' },
  'noto-cjk': { command: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', apt: 'fonts-noto-cjk' },
  hanazono: { command: '/usr/share/fonts/truetype/hanazono/HanaMinB.ttf', apt: 'fonts-hanazono' },
  'icc-profiles': { command: '/usr/share/color/icc/sRGB.icc', apt: 'icc-profiles-free' },
  mod_auth_openidc: {
    command: '/usr/lib/apache2/modules/mod_auth_openidc.so',
    apt: 'apache2 libapache2-mod-auth-openidc',
  },
  nginx: { command: '/usr/sbin/nginx', apt: 'nginx-light' },
  'postgresql-15': { command: '/usr/lib/postgresql/15/bin/initdb', apt: 'postgresql-15' },
} as const;

export type JudgeName = keyof typeof JUDGES;

/**
 * `judge(test, 'qpdf')('title', async (t) => …)`: like `test`, for a test that needs these tools.
 * `judge(test.serial, 'chromium', 'noto-cjk')` works too.
 */
export function judge<Context>(
  test: TestFn<Context> | TestFn<Context>['serial'],
  ...names: readonly JudgeName[]
): (title: string, implementation: Implementation<[], Context>) => void {
  return (title, implementation) => {
    const missing = names.filter((name) => !isPresent(name));
    if (missing.length === 0) {
      test(title, implementation as Implementation<[], Context>);
      return;
    }
    if (isRequired()) {
      test(title, (t) => t.fail(`${missing.join(', ')} missing: apt-get install ${aptPackages(missing).join(' ')}`));
      return;
    }
    const log = process.env['TEST_MISSING_JUDGES'];
    if (log) appendFileSync(log, `${missing.join(' ')}\n`);
    test.skip(`${title} (needs ${missing.join(', ')})`, implementation as Implementation<[], Context>);
  };
}

/** True when the tool is on this machine. */
export function isPresent(name: JudgeName): boolean {
  const { command } = JUDGES[name];
  const paths = command.startsWith('/')
    ? [command]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command));
  return paths.some((path) => {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian packages for judges, each once. */
export function aptPackages(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => JUDGES[name as JudgeName]?.apt ?? name))].sort();
}

function isRequired(): boolean {
  return [process.env['TEST_REQUIRE_JUDGES'], process.env['XINJI_REQUIRE_JUDGES']].includes('1');
}
