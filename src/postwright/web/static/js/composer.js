// The composer: one state object, one redraw. The server renders the page and owns the rules (they come in #seed); this
// keeps the screen in step while somebody writes, asks the server what it thinks, and sends the post.
import { nothing, render } from "./lit.js";
import { measure } from "./count.js";
import { Draft } from "./draft.js";
import { Offers } from "./offers.js";
import { put } from "./options.js";
import { optionCards } from "./option_cards.js";
import { previews } from "./preview.js";
import { DECIDED, chooseKind, describes, findings as localFindings } from "./rules.js";
import { Shelf, randomKey } from "./shelf.js";
import { wallTime } from "./times.js";
import { acceptFiles, sortTiles } from "./tray.js";
import { api, ask, Refused, toast } from "./ui.js";
import { When } from "./when.js";
import * as view from "./composer_views.js";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const CHECK_MS = 500;
const seed = JSON.parse($("#seed").textContent);
const form = $("#composer");
const caption = $("#caption");
const accounts = new Map(seed.accounts.map((account) => [account.id, account]));
const platforms = new Map(seed.platforms.map((platform) => [platform.id, platform]));
const draft = new Draft(seed.workspace);
const skew = Date.parse(seed.now) - Date.now();
const now = () => Date.now() + skew;

const state = {
  caption: caption.value, // for all channels
  captions: {}, // account id -> its own text
  options: {}, // account id -> {name: value}
  tab: "all",
  open: new Set(), // accounts whose options are unfolded
  found: [], // what the server said of the content last
  foundFor: "", // and which content that was
  checking: false,
  force: false, // to be sent although an account says the same already
  refusal: null,
  waiting: false, // to be sent as soon as the uploads are done
  sending: false,
  sortable: false, // whether tiles can be dragged: where there are two
};
let attempt = { body: "", key: "" }; // the same content sent again carries the same key: it is never stored twice

const shelf = new Shelf(changed, redraw);
const when = new When(form, now, changed);
const offers = new Offers(redraw);

const boxes = () => $$("[name=account]", form);
const chosen = () => boxes().filter((input) => input.checked).map((input) => input.value);
const uploading = () => shelf.busy(chosen());

/** Everything that is known of each chosen account. */
function targets() {
  const fresh = state.foundFor === content();
  return chosen().map((id) => {
    const account = accounts.get(id);
    const platform = platforms.get(account.platform);
    const options = state.options[id] ?? {};
    const text = state.captions[id] ?? state.caption;
    const media = shelf.usable(id);
    const local = localFindings(platform, text, options, media);
    // What the server measured last still says something of files and options while it is asked again.
    const server = state.found.filter((each) => (each.account_id ?? id) === id && (fresh || (/^(options|media)\./.test(each.field) && !DECIDED.has(each.code))));
    const found = fresh ? server : [...local, ...server];
    const own = { text: state.captions[id] !== undefined, media: shelf.isOwn(id) };
    const { kind } = chooseKind(platform, options, media);
    return { account, platform, kind, rule: kind?.text ?? platform.limits.caption, options, text, media, own, findings: found, blocked: found.some((each) => each.severity === "error") };
  });
}

function body(ids = chosen()) {
  return {
    caption: state.caption,
    media: shelf.sent("all"),
    options: {},
    targets: ids.map((id) => {
      const target = { account_id: id };
      if (state.captions[id] !== undefined) target.caption = state.captions[id];
      if (shelf.isOwn(id)) target.media = shelf.sent(id);
      if (Object.keys(state.options[id] ?? {}).length) target.options = state.options[id];
      return target;
    }),
    ...when.sent(),
    ...(state.force ? { force: true } : {}),
  };
}

const content = () => JSON.stringify(body());

// Asking the server

let checkTimer;
let checking;

function askServer() {
  clearTimeout(checkTimer);
  if (!chosen().length || uploading()) return;
  if (content() === state.foundFor) return;
  state.checking = true;
  checkTimer = setTimeout(async () => {
    checking?.abort();
    checking = new AbortController();
    const about = content();
    try {
      const changing = seed.post?.id ? `?post_id=${seed.post.id}` : "";
      const answer = await api("POST", `/api/posts/validate${changing}`, body(), { signal: checking.signal });
      state.found = answer.findings;
      state.foundFor = about;
    } catch (error) {
      // Without an answer the local findings stand; sending tells the rest.
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
    }
    state.checking = false;
    redraw();
  }, CHECK_MS);
}

async function send() {
  const all = targets();
  const able = all.filter((each) => !each.blocked);
  if (state.sending) return;
  if (!able.length) return refuse(all);
  if (when.later && when.past) return $("#date").focus();
  state.waiting = uploading() > 0;
  if (state.waiting) return redraw();
  const left = all.filter((each) => each.blocked).map((each) => each.account.name);
  if (left.length && !(await ask({ title: `Leave out ${left.join(", ")}?`, text: `There is something to fix first. The post goes to the other ${able.length} only.`, yes: `Send to ${able.length}`, danger: false }))) return;
  await store(body(able.map((each) => each.account.id)));
}

function refuse(all) {
  const first = all[0];
  toast(first ? `${first.account.name}: ${view.said(first, first.findings.find((each) => each.severity === "error"))}` : "Choose at least one channel.", { bad: true });
  if (first) $("#checks button")?.focus();
  else $("[name=account]:not(:disabled)")?.focus();
}

async function store(sent) {
  const text = JSON.stringify(sent);
  if (attempt.body !== text) attempt = { body: text, key: randomKey() };
  state.sending = true;
  state.refusal = null;
  redraw();
  const id = seed.post?.id;
  try {
    const post = await api(id ? "PUT" : "POST", id ? `/api/posts/${id}` : "/api/posts", sent, { key: attempt.key });
    draft.drop();
    location.assign(`/posts/${post.id}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    state.sending = false;
    state.refusal = error;
    redraw();
    $("#problem > *").focus();
  }
}

// Actions

const act = {
  select(id) {
    state.tab = id;
    caption.value = textOf(id);
    redraw();
    caption.focus();
  },
  move: (from, to) => shelf.move(state.tab, from, to),
  remove: (item) => shelf.remove(state.tab, item),
  describe: (item) => shelf.describe(state.tab, item),
  retry: (item) => shelf.send(item),
  common(id) {
    const own = state.captions[id];
    delete state.captions[id];
    act.select(id);
    changed();
    toast("The text for all channels is used", { undo: () => { state.captions[id] = own; act.select(id); changed(); } });
  },
  commonMedia: (id) => toast("The media for all channels are used", { undo: shelf.common(id) }),
  option(id, name, value) {
    state.options[id] = put(state.options[id] ?? {}, name, value);
    changed();
  },
  toggle(id, open) {
    if (state.open.has(id) === open) return;
    if (open) state.open.add(id);
    else state.open.delete(id);
    redraw();
  },
  again() {
    state.force = true;
    changed();
  },
  fix(id, part, path) {
    if (part === "caption") {
      state.captions[id] ??= state.caption;
      act.select(id);
    } else if (part === "media") {
      if (chosen().length > 1) act.select(id);
      $("#files").click();
    } else {
      state.open.add(id);
      redraw();
      focusOption(id, path.split(".").slice(1));
    }
  },
};

/** The field of a finding, or of the nearest group around it. */
function focusOption(id, path) {
  for (let length = path.length; length; length -= 1) {
    const at = document.getElementById(["o", id, ...path.slice(0, length)].join("-"));
    if (at) return at.focus();
  }
  $(`[name="kind-${id}"]`)?.focus();
}

const textOf = (tab) => (tab === "all" ? state.caption : (state.captions[tab] ?? state.caption));

// The draft, and what the page starts with

function fill(post) {
  state.caption = post.caption ?? "";
  state.captions = post.captions ?? {};
  state.options = post.options ?? {};
  shelf.fill(post.media ?? [], post.own_media ?? {});
  for (const input of boxes()) input.checked = !input.disabled && (post.accounts ?? []).includes(input.value);
  when.fill(post);
  caption.value = state.caption;
}

/** Everything that is on the screen, to be filled in again. */
const snapshot = () => ({ caption: state.caption, captions: state.captions, options: state.options, accounts: chosen(), ...shelf.snapshot(), ...when.snapshot() });

function keep() {
  if (seed.post) return; // a post being edited or copied must not replace the draft of a new one
  draft.keep(snapshot, (kept) => {
    $("#discard").hidden = !kept;
    render(kept ? view.saved(wallTime(now(), when.zone)[1]) : nothing, $("#saved"));
  });
}

$("#discard").addEventListener("click", () => {
  const before = snapshot();
  fill({});
  state.tab = "all";
  changed();
  toast("Draft discarded", { undo: () => { fill(before); changed(); } });
});

// Drawing

function redraw() {
  const all = targets();
  if (state.tab !== "all" && !all.some((each) => each.account.id === state.tab)) {
    state.tab = "all";
    caption.value = state.caption;
  }
  const shown = state.tab === "all" ? all : all.filter((each) => each.account.id === state.tab);
  const words = when.draw();
  const described = (item) => (shown.length ? shown.some(({ kind }) => kind && describes(kind, item)) : item.type === "image");
  render(view.problem(state.refusal, accounts), $("#problem"));
  render(view.versions(all, state, act), $("#versions"));
  $("#own").hidden = state.tab === "all";
  render(view.ownLine(state.tab === "all" ? null : shown[0], act), $("#own"));
  render(view.counters(shown, caption.value), $("#counts"));
  render(view.overflow(caption.value, state.tab === "all" ? -1 : measure(caption.value, shown[0].rule).cut), $("#overflow"));
  render(view.tiles(shelf.of(state.tab), described, act), $("#tray"), { renderBefore: $("#tray > :last-child") });
  if (!state.sortable && shelf.of(state.tab).length > 1) {
    state.sortable = true;
    sortTiles($("#tray"), act.move);
  }
  render(view.checks(all, state, shelf.of(state.tab).filter(described), act), $("#checks"));
  render(optionCards(all, { ...state, offers, zone: when.zone }, act), $("#options"));
  render(view.summary(all, uploading(), words), $("#summary"));
  render(previews(shown.map((each) => ({ ...each, when: words, redraw }))), $("#previews"));
  const blocked = all.filter((each) => each.blocked).length;
  $("#chosen-count").textContent = all.length ? `${all.length} of ${seed.accounts.length} channels` : "";
  $("#checks-sum").textContent = blocked ? `${blocked} to fix` : "";
  for (const button of $$("[data-pick-all]")) button.disabled = all.length === (button.dataset.pickAll ? boxes().filter((input) => !input.disabled).length : 0);
  drawButton(all.length, blocked);
}

function drawButton(total, blocked) {
  const go = $("#go");
  const verb = seed.post?.id ? "Save" : when.later ? "Schedule" : "Publish";
  const words = state.sending ? "Sending…" : state.waiting ? "Uploading…" : blocked && blocked < total ? `${verb} ${total - blocked} of ${total}` : verb;
  if (go.textContent !== words) go.textContent = words;
  go.setAttribute("aria-disabled", String(!total || blocked === total || state.sending));
}

/** Something was written or chosen: draw it, keep it, and ask the server about it. */
function changed() {
  askServer();
  redraw();
  keep();
  if (!state.waiting || uploading()) return;
  state.waiting = false;
  send();
}

// Wiring

caption.addEventListener("input", () => {
  if (state.tab === "all") state.caption = caption.value;
  else state.captions[state.tab] = caption.value;
  changed();
});
form.addEventListener("change", (event) => {
  if (event.target.matches("[name=account], [name=when], #date, #time, #zone")) changed();
});
addEventListener("beforeunload", (event) => {
  if (seed.post && !state.sending && content() !== opened) event.preventDefault();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  send();
});
$("#files").addEventListener("change", (event) => {
  shelf.add(state.tab, event.target.files);
  event.target.value = "";
});

acceptFiles(form, (files) => shelf.add(state.tab, files));

for (const button of $$("[data-pick-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const input of boxes()) input.checked = !input.disabled && Boolean(button.dataset.pickAll);
    changed();
  });
}
for (const button of $$("[data-show]")) {
  button.addEventListener("click", () => {
    form.dataset.shown = button.dataset.show;
    for (const each of $$("[data-show]")) each.setAttribute("aria-pressed", String(each === button));
  });
}
for (const button of $$("[data-pv-theme]")) {
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    $(".pv-in").dataset.pv = on ? button.dataset.pvTheme : "auto";
    for (const each of $$("[data-pv-theme]")) each.setAttribute("aria-pressed", String(each === button && on));
  });
}
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !$("dialog[open]")) form.requestSubmit($("#go"));
});

const kept = seed.post ?? draft.read();
if (kept) fill(kept);
const opened = content();
changed();
