// Finds one thing that may be clicked: { what: 'consent' | 'more', …phrases of clicks.toml }. Looks into open shadow roots.
// Gives { element, kind, text, covers } or null; `covers`: what it stands in lies over the middle of the window.
({ what, about, selectors, refuse, necessary, accept, phrases, framed }) => {
  const fold = (text) => text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  const label = (e) => fold((e.innerText || e.value || e.getAttribute('aria-label') || '').slice(0, 200));
  const shown = (e) => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && e.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && (what === 'more' || (box.bottom > 0 && box.top < innerHeight));
  };
  const above = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const stays = (e) => !e.matches('a[href]') || /^(#|javascript:)/i.test(e.getAttribute('href'));
  const found = [], known = [];
  const walk = (root) => {
    for (const e of root.querySelectorAll('button, a, [role=button], input[type=button], input[type=submit], summary')) found.push(e);
    for (const selector of selectors) { try { known.push(...root.querySelectorAll(selector)); } catch { /* a page's own quirk */ } }
    for (const e of root.querySelectorAll('*')) if (e.shadowRoot) walk(e.shadowRoot);
  };
  walk(document);
  if (what === 'more') {
    const e = known.find(shown) || found.find((one) => shown(one) && stays(one) && phrases.includes(label(one)));
    return e ? { element: e, kind: 'more', text: label(e), covers: false } : null;
  }
  const dialog = (e) => {
    for (let one = e, steps = 0; one && steps < 12; one = above(one), steps++) {
      const floats = ['fixed', 'sticky', 'absolute'].includes(getComputedStyle(one).position) || one.matches('dialog, [role=dialog], [role=alertdialog], [aria-modal]')
        || /cookie|consent|cmp|gdpr|privacy/i.test(one.id + ' ' + (one.getAttribute('class') || ''));
      if ((floats || (framed && one === document.body)) && about.some((word) => (' ' + fold((one.innerText || '').slice(0, 4000)) + ' ').includes(' ' + word))) return one;
    }
    return null;
  };
  const covers = (box) => {
    if (framed) return true;
    for (let top = document.elementFromPoint(innerWidth / 2, innerHeight / 2); top; top = above(top)) if (top === box) return true;
    return false;
  };
  const answer = (e, kind) => { const box = dialog(e); return box && { element: e, kind, text: label(e), covers: covers(box) }; };
  const seen = known.find(shown);
  if (seen) return { element: seen, kind: 'refuse', text: label(seen), covers: false };
  for (const [kind, words] of [['refuse', refuse], ['necessary', necessary], ['accept', accept]]) {
    for (const e of found) {
      if (!words.includes(label(e)) || !shown(e) || !stays(e)) continue;
      const given = answer(e, kind);
      if (given) return given;
    }
  }
  return null;
}
