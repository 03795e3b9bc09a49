// What every page shares: toasts with Undo, announcements, questions, requests with the CSRF token, small form aids.
import "./live.js";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const TOAST_MS = 7000;
const AFTER_HOVER_MS = 2500;

/** Say something to screen readers only. */
export function announce(text) {
  const region = $("#announce");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** A message at the foot of the page. `undo` gives it an Undo button; with `stay` it waits to be closed. */
export function toast(text, { undo, bad = false, stay = false } = {}) {
  const box = $("#toast").content.firstElementChild.cloneNode(true);
  box.dataset.level = bad ? "bad" : "ok";
  $("span", box).textContent = text;
  const buttons = { undo, close: stay && !undo };
  for (const button of $$("button", box)) {
    const wanted = buttons[button.value];
    if (!wanted) button.remove();
    else button.addEventListener("click", () => { box.remove(); if (button.value === "undo") undo(); });
  }
  const host = $("#toasts");
  while (host.children.length > 2) host.firstElementChild.remove();
  host.append(box);
  if (!stay) fade(box);
}

/** Let a toast go after a while; pointing at it or focusing it holds it. */
function fade(box) {
  let timer = setTimeout(() => box.remove(), TOAST_MS);
  for (const on of ["pointerenter", "focusin"]) box.addEventListener(on, () => clearTimeout(timer));
  for (const off of ["pointerleave", "focusout"]) {
    box.addEventListener(off, () => { timer = setTimeout(() => box.remove(), AFTER_HOVER_MS); });
  }
}

/** Ask before something that cannot be undone. Answers true for yes. */
export function ask({ title, text = "", yes, danger = true }) {
  const box = $("#confirm");
  const button = $("[value=yes]", box);
  $("#confirm-title").textContent = title;
  $("#confirm-text").textContent = text;
  button.textContent = yes;
  button.classList.toggle("solid-danger", danger);
  button.classList.toggle("primary", !danger);
  box.showModal();
  // Not the event "close": it comes a moment later, when the next question may be open already.
  return new Promise((resolve) => {
    const answered = new AbortController();
    const answer = (said) => { answered.abort(); resolve(said); };
    box.addEventListener("cancel", () => answer(false), { signal: answered.signal });
    box.addEventListener("submit", (event) => answer(event.submitter.value === "yes"), { signal: answered.signal });
  });
}

export const csrf = () => $("meta[name=csrf]").content;

/** A refusal of the server (problem+json), or no answer at all (status 0). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

/** Send JSON and read JSON. Throws Refused. */
export async function api(method, url, body, { key, signal } = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() };
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(url, { method, headers, signal, body: JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { detail: "The server cannot be reached." });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

// A form (or one of its buttons) with data-confirm asks first.
document.addEventListener("submit", async (event) => {
  const asked = event.submitter?.dataset.confirm ? event.submitter : event.target.dataset.confirm ? event.target : null;
  if (!asked || asked.dataset.sure !== undefined) return;
  event.preventDefault();
  const { confirm: title, confirmText: text, confirmYes: yes } = asked.dataset;
  if (!(await ask({ title, text, yes }))) return;
  asked.dataset.sure = "";
  event.target.requestSubmit(event.submitter);
});

// A form is sent once, also when its button is pressed twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (event.target.dataset.sent !== undefined) event.preventDefault();
  event.target.dataset.sent = "";
});
addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });

for (const button of $$("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}

for (const input of $$("[data-zone]")) input.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

for (const form of $$("form[data-pick]")) {
  const go = $("[data-pick-go]", form);
  const count = () => {
    const chosen = $$("input[type=checkbox]:checked", form).length;
    go.textContent = `${go.dataset.pickGo} ${chosen} account${chosen === 1 ? "" : "s"}`;
    go.disabled = chosen === 0;
  };
  form.addEventListener("change", count);
  count();
}

// A form of filters applies itself.
for (const form of $$("form[data-auto]")) form.addEventListener("change", () => form.requestSubmit());

for (const box of $$("[data-flash]")) {
  const button = $("[data-close]", box);
  if (button) button.addEventListener("click", () => box.remove());
  else fade(box);
}
$("[data-focus]")?.focus();
$(".tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.body.addEventListener("htmx:responseError", () => toast("That did not work. Nothing was changed; please try again.", { bad: true, stay: true }));
document.body.addEventListener("htmx:sendError", () => toast("The server cannot be reached.", { bad: true }));
