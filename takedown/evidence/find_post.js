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
  // The post's own pictures and films: not avatars and smileys, which are small.
  const media = [];
  for (const one of chosen.querySelectorAll('img, video, audio')) {
    if (one.tagName === 'IMG' ? one.naturalWidth >= 100 && one.naturalHeight >= 100 : true) {
      media.push(one.currentSrc || one.src, one.poster, ...[...one.querySelectorAll('source')].map((source) => source.src));
    }
  }
  for (const link of chosen.querySelectorAll('a[href]')) {
    if (/\.(jpe?g|png|gif|webp|avif|mp4|webm|mp3|ogg)$/i.test(link.pathname)) media.push(link.href);
  }
  const author = chosen.querySelector('a[rel~=author], .author a[href], a.author[href], .username[href], a.u-url, a[href*="/user/"], a[href*="/users/"], a[href*="/profile/"], a[href*="/u/"], a[href*="/@"]');
  return {
    x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height,
    text: (chosen.innerText || '').slice(0, 200000),
    css: chosen.tagName.toLowerCase() + (chosen.id ? '#' + chosen.id : ''),
    media: [...new Set(media.filter((url) => /^https?:/.test(url || '')))].slice(0, 12),
    author: author && author.origin === location.origin ? author.href : '',
  };
}
