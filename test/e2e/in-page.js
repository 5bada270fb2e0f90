// Runs inside the page. Each function is handed to the browser as text; the house's types know no DOM.
({
  async axe() {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map((row) => `axe ${row.id} (${row.impact}): ${row.help}: ${row.nodes[0]?.html}`);
  },

  // `least`: 44 px, and 60 in large type. Links in prose are excepted.
  layout(least) {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...document.querySelectorAll('main *')].find((one) => one.getBoundingClientRect().right > root.clientWidth + 1);
      found.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}: ${wide?.outerHTML.slice(0, 80)}`);
    }
    if (document.querySelectorAll('h1').length !== 1) found.push(`${document.querySelectorAll('h1').length} h1`);
    if (document.querySelector('[style]') !== null) found.push('an inline style');
    const isProse = (one) => one.tagName === 'A' && one.closest('main p, main dd, main td') && !one.matches('.link, .button');
    for (const one of document.querySelectorAll('a, button, input:not([type=hidden]), summary')) {
      // What a finger hits is the label around a box to tick.
      const target = one.matches('[type=checkbox], [type=radio]') ? (one.closest('label') ?? one) : one;
      const box = target.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || one.matches('.skip, .whole') || isProse(one)) continue;
      if (box.height < least - 0.5) found.push(`${one.outerHTML.slice(0, 80)} is ${Math.round(box.height)} px high`);
    }
    // What stands in code is JSON, where null is a value.
    const codes = [...document.querySelectorAll('pre')].map((one) => one.innerText);
    const text = codes.reduce((rest, code) => rest.replace(code, ''), document.body.innerText);
    for (const word of ['null', 'undefined', '[object', 'NaN']) if (text.includes(word)) found.push(`the text holds ${word}`);
    if (root.lang === 'zh-CN' && /[你帐]|登陆|！/.test(text)) found.push('a word that the house does not use');
    return found;
  },

  blur() {
    document.activeElement?.blur();
    scrollTo(0, 0);
  },
});
