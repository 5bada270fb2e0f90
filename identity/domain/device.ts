// A browser in words that a person recognises: its name and its system, no version, nothing that would tell two of a kind apart.

const BROWSERS: readonly [RegExp, string][] = [
  [/MicroMessenger/, '微信'],
  [/AliApp|AlipayClient/, '支付宝'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/(OPR|Opera)\//, 'Opera'],
  [/HuaweiBrowser/, '华为浏览器'],
  [/(QQBrowser|MQQBrowser)/, 'QQ浏览器'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/Version\/.*Safari\//, 'Safari'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/(UOS|Uos|Kylin)/, '国产桌面系统'],
  [/Linux/, 'Linux'],
];

/** `Chrome · Windows`; what is not known is left out, and nothing known is 「其他浏览器」. Never repeats what was sent. */
export function describeBrowser(userAgent: string): string {
  const found = [BROWSERS, SYSTEMS].flatMap((table) => {
    const row = table.find(([pattern]) => pattern.test(userAgent.slice(0, 500)));
    return row === undefined ? [] : [row[1]];
  });
  return found.length === 0 ? '其他浏览器' : found.join(' · ');
}
