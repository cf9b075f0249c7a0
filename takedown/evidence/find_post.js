// Finds the element that holds the post: the smallest whose text contains it, then the card around it.
// The argument is { needle, fragment, selector }; the needle is lower-case letters and digits only, as `squash` makes it.
({ needle, fragment, selector }) => {
  const squash = (text) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const holds = (element) => squash(element.innerText || element.textContent || '').includes(needle);
  const starts = [];
  try { if (selector) starts.push(...document.querySelectorAll(selector)); } catch { /* a wrong selector finds nothing */ }
  if (fragment && document.getElementById(fragment)) starts.push(document.getElementById(fragment));
  starts.push(document.body);
  let smallest = starts.find((element) => element && needle && holds(element));
  if (!smallest) return null;
  for (let child; (child = [...smallest.children].find(holds)); ) smallest = child;
  const card = smallest.closest('article, [role=article], li, tr, .post, .comment, .message, [id^=post], [id^=comment]');
  const chosen = card && squash(card.innerText || '').length < needle.length * 3 + 600 ? card : smallest;
  const box = chosen.getBoundingClientRect();
  return {
    x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height,
    text: (chosen.innerText || '').slice(0, 200000),
    css: chosen.tagName.toLowerCase() + (chosen.id ? '#' + chosen.id : ''),
  };
}
