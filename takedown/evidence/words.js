// Gives every word that can be seen in this document with its rectangles, in CSS pixels of the page (of its window, in a
// frame): [word, x, y, w, h, x, y, …].
({ most, framed }) => {
  const left = framed ? 0 : scrollX, up = framed ? 0 : scrollY;
  const words = [], seen = new Map();
  const visible = (e) => {
    if (!seen.has(e)) seen.set(e, e.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    return seen.get(e);
  };
  const add = (word, boxes) => {
    const flat = [];
    for (const box of boxes) if (box.width > 0 && box.height > 0) {
      const x = Math.floor(box.left + left), y = Math.floor(box.top + up);
      flat.push(x, y, Math.ceil(box.right + left) - x, Math.ceil(box.bottom + up) - y);
    }
    if (flat.length) words.push([word, ...flat]);
  };
  const range = document.createRange();
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node; (node = walker.nextNode()) && words.length < most; ) {
      if (node.nodeType === 1) {
        if (node.shadowRoot) walk(node.shadowRoot);
        // Words that are no text nodes: what stands in a field, and in place of a picture that did not load.
        const inside = node.matches('input:not([type=hidden]), textarea') ? node.value || node.placeholder
          : node.matches('img[alt]') && node.complete && !node.naturalWidth ? node.alt : '';
        if (inside && visible(node)) add(inside.slice(0, 500), [node.getBoundingClientRect()]);
        continue;
      }
      const parent = node.parentElement || (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
      if (!parent || parent.matches('script, style, noscript, template, textarea, title') || !visible(parent)) continue;
      for (const match of node.data.matchAll(/\S+/gu)) {
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        add(match[0].slice(0, 500), range.getClientRects());
      }
    }
  };
  walk(document);
  return words;
}
