"use strict";
// Draws the notice board: asks for posts a moment after the page stands, and for more at each press of the button.
const DELAY_MS = 600;
const board = document.getElementById("berichten");
const more = document.getElementById("meer");
let shown = 0;

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text ?? "";
  return element;
}

function draw(post) {
  const article = make("article", "bericht");
  article.id = `post-${post.id}`;
  article.dataset.id = post.id;
  const writer = make("div", "schrijver");
  const author = make("a", "auteur", post.lid);
  author.href = post.profiel;
  writer.append(make("span", "beeld", post.naam.slice(0, 1)), author, make("span", "naam", post.naam));
  const content = make("div", "inhoud");
  const when = make("p", "wanneer");
  const time = make("time", "", post.geplaatst);
  time.dateTime = post.tijd;
  time.title = post.tijd;
  const link = make("a", "permalink", `#${post.id}`);
  link.href = post.link;
  when.append(time, " ", link);
  const text = make("div", "tekst");
  text.append(make("p", "", post.tekst));
  content.append(when, text);
  article.append(writer, content);
  board.append(article);
}

async function load() {
  more.disabled = true;
  const only = board.dataset.bericht;
  const query = only ? `bericht=${encodeURIComponent(only)}` : `vanaf=${shown}`;
  const answer = await (await fetch(`/berichten.json?${query}`)).json();
  board.querySelector(".laden")?.remove();
  answer.berichten.forEach(draw);
  shown += answer.berichten.length;
  board.setAttribute("aria-busy", "false");
  more.disabled = false;
  if (answer.nog > 0) more.hidden = false;
  else more.remove();
}

more.addEventListener("click", load);
setTimeout(load, DELAY_MS);
