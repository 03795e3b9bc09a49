// The composer: one state object, one redraw. The server renders the page and owns the rules (they come in #seed); this
// keeps the screen in step while somebody writes, asks the server what it thinks, and sends the post.
import { html, icon, nothing, render } from "./lit.js";
import { measure } from "./count.js";
import { Draft } from "./draft.js";
import { put } from "./options.js";
import { previews } from "./preview.js";
import { findings as localFindings, instant, spoken, suggestions, wallTime } from "./rules.js";
import { announce, api, ask, Refused, toast } from "./ui.js";
import { upload } from "./upload.js";
import { acceptFiles, sortTiles } from "./tray.js";
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
  media: [], // {key, id, type, url, thumb_url, alt_text, width, height, name, busy, progress, problem, file}
  tab: "all",
  open: new Set(), // accounts whose options are unfolded
  found: [], // what the server said of the content last
  foundFor: "", // and which content that was
  checking: false,
  refusal: null,
  waiting: false, // to be sent as soon as the uploads are done
  sending: false,
};
let attempt = { body: "", key: "" }; // the same content sent again carries the same key: it is never stored twice

const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const chosen = () => $$("[name=account]:checked", form).map((input) => input.value);
const later = () => form.elements.when.value === "later";
const ready = () => state.media.filter((item) => item.id && !item.busy && !item.problem);

/** Everything that is known of each chosen account. */
function targets() {
  return chosen().map((id) => {
    const account = accounts.get(id);
    const platform = platforms.get(account.platform);
    const options = state.options[id] ?? {};
    const text = state.captions[id] ?? state.caption;
    const media = state.media.filter((item) => !item.problem);
    const local = localFindings(platform, text, options, media);
    const fresh = state.foundFor === content();
    const server = state.found.filter((each) => each.account_id === id && (fresh || each.field.startsWith("options") || each.field.startsWith("media.")));
    const found = fresh ? server : [...local, ...server];
    return { account, platform, options, text, findings: found, blocked: found.some((each) => each.severity === "error") };
  });
}

function body(ids = chosen()) {
  const sent = {
    caption: state.caption,
    media: ready().map((item) => (item.alt_text ? { id: item.id, alt_text: item.alt_text } : { id: item.id })),
    options: {},
    targets: ids.map((id) => {
      const target = { account_id: id };
      if (state.captions[id] !== undefined) target.caption = state.captions[id];
      if (Object.keys(state.options[id] ?? {}).length) target.options = state.options[id];
      return target;
    }),
  };
  if (later()) Object.assign(sent, { scheduled_at: `${$("#date").value}T${$("#time").value}`, timezone: $("#zone").value });
  return sent;
}

const content = () => JSON.stringify(body());

// Asking the server

let checkTimer;
let checking;

function askServer() {
  clearTimeout(checkTimer);
  if (!chosen().length || state.media.some((item) => item.busy)) return;
  if (content() === state.foundFor) return;
  state.checking = true;
  checkTimer = setTimeout(async () => {
    checking?.abort();
    checking = new AbortController();
    const about = content();
    try {
      const answer = await api("POST", "/api/posts/validate", body(), { signal: checking.signal });
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
  if (later() && past()) return $("#date").focus();
  state.waiting = state.media.some((item) => item.busy);
  if (state.waiting) return redraw();
  const left = all.filter((each) => each.blocked).map((each) => each.account.name);
  if (left.length && !(await ask({ title: `Leave out ${left.join(", ")}?`, text: `There is something to fix first. The post goes to the other ${able.length} only.`, yes: `Send to ${able.length}`, danger: false }))) return;
  await store(body(able.map((each) => each.account.id)));
}

function refuse(all) {
  const first = all[0];
  toast(first ? `${first.account.name}: ${first.findings[0].message}` : "Choose at least one channel.", { bad: true });
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
  move(from, to) {
    if (to < 0 || to >= state.media.length || from === to) return;
    state.media.splice(to, 0, ...state.media.splice(from, 1));
    changed();
    announce(`Moved to place ${to + 1} of ${state.media.length}`);
  },
  remove(item) {
    const at = state.media.indexOf(item);
    state.media.splice(at, 1);
    changed();
    toast(`${item.name ?? "File"} left out`, { undo: () => { state.media.splice(at, 0, item); changed(); } });
  },
  async describe(item) {
    const box = $("#alt");
    $("#alt-pic").src = item.thumb_url ?? item.url;
    $("#alt-text").value = item.alt_text ?? "";
    box.returnValue = "";
    box.showModal();
    await new Promise((done) => { box.addEventListener("close", done, { once: true }); });
    if (box.returnValue !== "save") return;
    item.alt_text = $("#alt-text").value.trim();
    changed();
  },
  retry(item) {
    sendFile(item);
    changed();
  },
  common(id) {
    const own = state.captions[id];
    delete state.captions[id];
    act.select(id);
    changed();
    toast("The text for all channels is used", { undo: () => { state.captions[id] = own; act.select(id); changed(); } });
  },
  option(id, name, value) {
    state.options[id] = put(state.options[id] ?? {}, name, value);
    changed();
  },
  toggle(id, open) {
    if (open) state.open.add(id);
    else state.open.delete(id);
  },
  fix(id, part, fieldName) {
    if (part === "caption") {
      state.captions[id] ??= state.caption;
      act.select(id);
    } else if (part === "media") {
      $("#files").click();
    } else {
      state.open.add(id);
      redraw();
      (document.getElementById(`o-${id}-${fieldName.split(".")[1]}`) ?? $(`[name="kind-${id}"]`))?.focus();
    }
  },
};

const textOf = (tab) => (tab === "all" ? state.caption : (state.captions[tab] ?? state.caption));

function addFiles(files) {
  for (const file of files) {
    const item = { key: randomKey(), type: file.type.startsWith("video") ? "video" : "image", url: URL.createObjectURL(file), name: file.name, alt_text: "", file };
    state.media.push(item);
    sendFile(item);
  }
  changed();
}

async function sendFile(item) {
  Object.assign(item, { busy: true, progress: 0, problem: "" });
  try {
    const stored = await upload(item.file, (progress) => { item.progress = progress; redraw(); });
    // The picture that the browser already has stays on the screen; alt text typed meanwhile is kept.
    Object.assign(item, { id: stored.id, type: stored.type, width: stored.width, height: stored.height, duration: stored.duration, stored });
    item.alt_text ||= stored.alt_text ?? "";
    announce(`${item.name} uploaded`);
  } catch (error) {
    item.problem = error.message;
    announce(`${item.name} was not uploaded: ${error.message}`);
  }
  item.busy = false;
  changed();
  if (state.waiting && !state.media.some((each) => each.busy)) send();
}

// The draft, and what the page starts with

function fill(post) {
  state.caption = post.caption ?? "";
  state.captions = post.captions ?? {};
  state.options = post.options ?? {};
  state.media = (post.media ?? []).map((item) => ({ key: item.id, ...item }));
  for (const input of $$("[name=account]", form)) input.checked = !input.disabled && (post.accounts ?? []).includes(input.value);
  const [date, time] = (post.scheduled_at ?? `${post.date ?? ""}T${post.time ?? ""}`).split("T");
  form.elements.when.value = post.scheduled_at ? "later" : (post.when ?? "now");
  setTime(date, time?.slice(0, 5), post.timezone);
  caption.value = state.caption;
}

function setTime(date, time, zone) {
  if (date) $("#date").value = date;
  if (time) $("#time").value = time;
  if (zone) $("#zone").value = zone;
}

/** Everything that is on the screen, to be filled in again. */
const snapshot = () => ({
  caption: state.caption,
  captions: state.captions,
  options: state.options,
  media: ready().map(({ file, stored, busy, progress, problem, ...item }) => ({ ...item, url: stored?.url ?? item.url, thumb_url: stored?.thumb_url ?? item.thumb_url })),
  accounts: chosen(),
  when: form.elements.when.value,
  date: $("#date").value,
  time: $("#time").value,
  timezone: $("#zone").value,
});

function keep() {
  if (seed.post) return; // a post being edited or copied must not replace the draft of a new one
  draft.keep(snapshot, (kept) => {
    $("#discard").hidden = !kept;
    render(kept ? view.saved(wallTime(now(), $("#zone").value)[1]) : nothing, $("#saved"));
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

const past = () => instant(`${$("#date").value}T${$("#time").value}`, $("#zone").value) <= now();

function drawWhen() {
  const [date, time, zone] = [$("#date").value, $("#time").value, $("#zone").value];
  const whole = Boolean(date && time);
  $("#when").hidden = !later();
  $("#later-label").textContent = later() && whole ? spoken(date, time) : "Goes out by itself";
  const line = $("#also");
  line.classList.toggle("bad", later() && whole && past());
  line.hidden = !later();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [, hereTime] = whole ? wallTime(instant(`${date}T${time}`, zone), here) : [];
  const say = !whole ? nothing : past() ? html`${icon("circle-alert")}That time has passed.` : here === zone ? nothing : html`${icon("globe")}${hereTime} where you are (${here.replaceAll("_", " ")})`;
  render(html`${view.shortcuts(suggestions(now(), zone), (day, hour) => { setTime(day, hour); changed(); })}<span class="grow"></span>${say}`, line);
  if (!later()) return "Now";
  return whole ? `${spoken(date, time)} · ${zone.split("/").pop().replaceAll("_", " ")}` : "Pick a time";
}

function redraw() {
  const all = targets();
  if (state.tab !== "all" && !all.some((each) => each.account.id === state.tab)) {
    state.tab = "all";
    caption.value = state.caption;
  }
  const shown = state.tab === "all" ? all : all.filter((each) => each.account.id === state.tab);
  const when = drawWhen();
  render(view.problem(state.refusal, accounts), $("#problem"));
  render(view.versions(all, state, act), $("#versions"));
  $("#own").hidden = state.tab === "all";
  render(view.ownLine(state, act), $("#own"));
  render(view.counters(shown, caption.value), $("#counts"));
  render(view.overflow(caption.value, state.tab === "all" ? -1 : measure(caption.value, shown[0].platform.limits.caption).cut), $("#overflow"));
  render(view.tiles(state.media, act), $("#tray"), { renderBefore: $("#tray > :last-child") });
  render(view.checks(all, state, act), $("#checks"));
  render(view.optionCards(all, state, act), $("#options"));
  render(view.summary(all, state, when), $("#summary"));
  const sight = all.map((each) => ({ ...each, ownText: state.captions[each.account.id] !== undefined, media: state.media.filter((item) => !item.problem), when, redraw }));
  render(previews(sight), $("#previews"));
  const blocked = all.filter((each) => each.blocked).length;
  $("#chosen-count").textContent = all.length ? `${all.length} of ${seed.accounts.length} channels` : "";
  $("#checks-sum").textContent = blocked ? `${blocked} to fix` : "";
  drawButton(all.length, blocked);
}

function drawButton(total, blocked) {
  const go = $("#go");
  const verb = seed.post?.id ? "Save" : later() ? "Schedule" : "Publish";
  const words = state.sending ? "Sending…" : state.waiting ? "Uploading…" : blocked && blocked < total ? `${verb} ${total - blocked} of ${total}` : verb;
  if (go.textContent !== words) go.textContent = words;
  go.setAttribute("aria-disabled", String(!total || blocked === total || state.sending));
}

/** Something was written or chosen: draw it, keep it, and ask the server about it. */
function changed() {
  askServer();
  redraw();
  keep();
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
  addFiles(event.target.files);
  event.target.value = "";
});

acceptFiles(form, addFiles);
sortTiles($("#tray"), act.move);

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
$("#date").min = wallTime(now(), $("#zone").value)[0];
const opened = content();
changed();
