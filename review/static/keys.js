// Single keys for the desk. Buttons and links carry data-key; the page is whole without this file.
"use strict";

const sheet = () => document.getElementById("keys");
const typing = (el) => el.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");
const shown = (el) => !el.disabled && el.getClientRects().length > 0;
const openForm = () => document.querySelector("details.answer[open]");

function toggleSheet() {
  if (sheet().open) sheet().close();
  else sheet().showModal();
}

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find((el) => el.dataset.key === key && shown(el));
  if (!target) return false;
  target.click();
  if (target.tagName === "SUMMARY") target.focus();
  else if (target.matches("input, select, textarea")) target.focus();
  return true;
}

// --- a list: j, k and Enter

function lines() {
  return [...document.querySelectorAll("[data-line]")];
}

function walk(step) {
  const all = lines();
  if (!all.length) return false;
  const now = all.findIndex((line) => line.classList.contains("here"));
  const next = Math.min(Math.max(now + step, 0), all.length - 1);
  all.forEach((line) => line.classList.remove("here"));
  all[next].classList.add("here");
  all[next].querySelector("a").focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

// --- an answer's form: 1-9 tick a reason, Enter saves, Escape closes

function tick(form, digit) {
  const box = form.querySelector(`[data-digit="${digit}"]`);
  if (!box) return false;
  box.checked = box.type === "radio" || !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function inAnswer(event, form) {
  if (/^[1-9]$/.test(event.key)) return tick(form, event.key);
  if (event.key === "Enter" && !event.target.matches("button, a, input[type=submit]")) {
    form.querySelector("form").requestSubmit();
    return true;
  }
  return false;
}

function closeAnswer() {
  const form = openForm();
  if (!form) return false;
  form.open = false;
  form.querySelector("summary").focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof Element ? event.target : document.body;
  const form = openForm();
  if (event.key === "Escape") {
    if (sheet()?.open) return;
    if (typing(target)) target.blur();
    else if (closeAnswer()) event.preventDefault();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) {
    event.preventDefault();
    target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(target)) return;
  if (sheet()?.open) {
    if (event.key === "?") { event.preventDefault(); toggleSheet(); }
    return;
  }
  if (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  if (event.key === "?" ? (toggleSheet(), true) : obey(event, form)) event.preventDefault();
});

function obey(event, form) {
  if (form && inAnswer(event, form)) return true;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step && lines().length) return walk(step);
  return event.key.length === 1 && press(event.key);
}

// --- small comforts

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-sheet]")) toggleSheet();
  if (event.target === sheet()) sheet().close();
});

document.addEventListener("toggle", (event) => {
  const form = event.target;
  if (!form.matches?.("details.answer") || !form.open) return;
  for (const other of document.querySelectorAll("details.answer[open]")) if (other !== form) other.open = false;
  form.scrollIntoView({ block: "nearest" });
}, true);

document.addEventListener("submit", (event) => { // an answer needs a reason: say so before the page is left
  const free = event.target.querySelector("textarea[name=reason]");
  const ready = event.target.querySelector("[name=ready]");
  if (!free || !ready || free.value.trim() || event.target.querySelector("[name=ready]:checked")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  free.focus();
  event.target.classList.add("unreasoned");
});

document.addEventListener("submit", (event) => { // a second Enter must not send a form twice
  if (event.target.hasAttribute("hx-post")) return;
  if (event.target.dataset.sent && !event.target.hasAttribute("data-again")) event.preventDefault();
  event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
