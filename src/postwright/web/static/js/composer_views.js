// What the composer draws, from its state and its actions. Keyed, so that focus and drags survive a redraw.
import { badge, html, icon, nothing, repeat } from "./lit.js";
import { hashtags, measure, mentions } from "./count.js";
import { field } from "./options.js";
import { kindOf } from "./rules.js";

const RING = 37.7; // the circumference of the counter's circle
const number = (value) => value.toLocaleString("en");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The tabs above the caption: the common text, and one for each chosen account. */
export function versions(targets, state, act) {
  if (!targets.length) return nothing;
  const tab = (id, content, over = false) => html`<button type="button" aria-pressed=${state.tab === id ? "true" : "false"} @click=${() => act.select(id)}>
    ${content}${over ? html`<span class="over">${icon("circle-alert")}</span><span class="vh">, over the limit</span>` : nothing}</button>`;
  return html`${tab("all", "All channels")}${repeat(targets, ({ account }) => account.id, ({ account, platform, text }) => {
    const own = state.captions[account.id] !== undefined;
    const content = html`${badge(platform)}${account.name}${own ? html`<span class="edited"></span><span class="vh">, own text</span>` : nothing}`;
    return tab(account.id, content, measure(text, platform.limits.caption).cut >= 0);
  })}`;
}

/** Under the tabs: whether the open channel has a text of its own. */
export function ownLine(state, act) {
  if (state.tab === "all") return nothing;
  if (state.captions[state.tab] === undefined) return html`${icon("pencil", "i-s")}This is the text for all channels. Change it here, and this channel gets its own.`;
  return html`${icon("info", "i-s")}This channel has its own text.<button class="link" type="button" @click=${() => act.common(state.tab)}>Use the text for all</button>`;
}

/** One counter per platform of the open tab, and how many hashtags and mentions there are. */
export function counters(targets, text) {
  const platforms = [...new Map(targets.map(({ platform }) => [platform.id, platform])).values()];
  const marks = [[hashtags(text).length, "hashtag", "hashtags"], [mentions(text).length, "mention", "mentions"]].filter(([count]) => count);
  return html`${marks.map(([count, noun, limit]) => {
    const most = Math.min(...platforms.map((each) => each.limits.caption[limit] ?? Infinity));
    return html`<span class="count plain" data-s=${count > most ? "over" : "ok"}>${plural(count, noun)}${count > most ? ` of ${most}` : nothing}</span>`;
  })}${repeat(platforms, (each) => each.id, (each) => counter(each, text))}`;
}

function counter({ name, limits: { caption } }, text) {
  const { length } = measure(text, caption);
  const left = caption.limit - length;
  const share = Math.min(1, length / caption.limit);
  const mood = left < 0 ? "over" : share > 0.9 ? "near" : "ok";
  return html`<span class="count" data-s=${mood}>
    <svg class="ring" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6"></circle><circle class="v" cx="8" cy="8" r="6" stroke-dasharray="${share * RING} 40"></circle></svg>
    <span>${name}</span> <span>${left < 0 ? `−${number(-left)}` : number(left)}</span><span class="vh"> ${left < 0 ? "over the limit" : "characters left"}</span></span>`;
}

/** The text with what is over the limit marked, behind the caption. */
export function overflow(text, cut) {
  return cut < 0 ? `${text}\n` : html`${text.slice(0, cut)}<mark>${text.slice(cut)}</mark>${"\n"}`;
}

/** The tiles of the media tray. */
export function tiles(media, act) {
  return repeat(media, (item) => item.key, (item, at) => (item.problem ? refused(item, act) : tile(item, at, media.length, act)));
}

function tile(item, at, total, act) {
  const noun = item.type === "video" ? "Video" : "Picture";
  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !event.shiftKey || event.target !== event.currentTarget) return;
    event.preventDefault();
    const { currentTarget } = event;
    act.move(at, at + step);
    currentTarget.focus();
  };
  return html`<li class="mt ${item.busy ? "up" : ""}" tabindex="0" aria-label="${noun} ${at + 1} of ${total}${item.alt_text ? `: ${item.alt_text}` : ""}" @keydown=${keys}>
    ${item.type === "video" && !item.thumb_url ? html`<video src=${item.url} muted preload="metadata"></video>` : html`<img src=${item.thumb_url ?? item.url} alt="" draggable="false">`}
    <span class="i num" aria-hidden="true">${item.type === "video" ? icon("play") : nothing}${at + 1}</span>
    <button class="rm" type="button" @click=${() => act.remove(item)}>${icon("x", "i-s")}<span class="vh">Remove ${noun.toLowerCase()} ${at + 1}</span></button>
    ${item.busy
      ? html`<span class="pr"><span class="num">${item.progress}%</span><progress max="100" value=${item.progress} aria-label="Uploading ${item.name}"></progress></span>`
      : item.type === "image"
        ? html`<button class="alt ${item.alt_text ? "" : "todo"}" type="button" @click=${() => act.describe(item)}>${item.alt_text ? "ALT" : "Add alt"}<span class="vh"> text of picture ${at + 1}</span></button>`
        : nothing}</li>`;
}

function refused(item, act) {
  return html`<li class="mt no"><p><b>${item.name}</b>${item.problem}</p><span class="row">
    <button class="btn sm" type="button" @click=${() => act.retry(item)}>${icon("rotate-cw", "i-s")}Retry<span class="vh"> ${item.name}</span></button>
    <button class="btn sm icon-only" type="button" @click=${() => act.remove(item)}>${icon("x")}<span class="vh">Leave out ${item.name}</span></button></span></li>`;
}

/** The list "Before it goes out": each chosen account with what stands in its way. */
export function checks(targets, state, act) {
  if (!targets.length) return html`<li><p class="none">Choose at least one channel.</p></li>`;
  const bare = state.media.filter((item) => item.type === "image" && !item.alt_text && !item.busy && !item.problem).length;
  return html`${repeat(targets, ({ account }) => account.id, (target) => check(target, state, act))}
    ${bare ? html`<li>${icon("info", "")}<span class="who">Descriptions</span><p>${bare === 1 ? "One picture has" : `${bare} pictures have`} no text for people who cannot see ${bare === 1 ? "it" : "them"}.</p>
      <span class="fix"><button class="btn sm" type="button" @click=${() => act.describe(state.media.find((item) => item.type === "image" && !item.alt_text))}>Describe</button></span></li>` : nothing}`;
}

function check({ account, platform, findings }, state, act) {
  const blocked = findings.some((each) => each.severity === "error");
  const fixes = new Map(findings.map((each) => [each.field.split(".")[0], each]));
  const words = { caption: "Write its own text", media: "Change media", options: "Open options" };
  return html`<li>${badge(platform)}<span class="who">${account.name} <small>${platform.name}</small></span>
    ${findings.map((each) => html`<p class=${each.severity}>${each.message}</p>`)}
    ${fixes.size
      ? html`<span class="fix">${[...fixes].filter(([part]) => words[part]).map(([part, each]) => html`<button class="btn sm" type="button" @click=${() => act.fix(account.id, part, each.field)}>${words[part]}<span class="vh"> for ${account.name}</span></button>`)}</span>`
      : nothing}
    ${blocked || fixes.size ? nothing : state.checking ? html`<span class="busy">${icon("loader-circle", "i-m spin")}Checking</span>` : html`<span class="ok">${icon("check")}Ready</span>`}</li>`;
}

/** A card of options for each chosen account: its kind of post, and what that kind can be told. */
export function optionCards(targets, state, act) {
  const cards = targets.filter(({ platform }) => platform.kinds.length > 1 || Object.keys(platform.options_schema.properties ?? {}).length > 1);
  return repeat(cards, ({ account }) => account.id, (target) => optionCard(target, state, act));
}

function optionCard({ account, platform, options, findings }, state, act) {
  const kind = kindOf(platform, options, state.media);
  const names = Object.keys(platform.options_schema.properties ?? {}).filter((name) => name !== "post_type" && (!kind || kind.options.includes(name) || options[name] !== undefined));
  const set = Object.keys(options).length;
  const open = (event) => act.toggle(account.id, event.currentTarget.open);
  return html`<details class="card oset" ?open=${state.open.has(account.id)} @toggle=${open}>
    <summary>${badge(platform)}<span>Options<span class="vh"> of ${account.name}</span></span><small>${account.name}${kind ? ` · ${kind.label}` : ""}${set ? ` · ${set} set` : ""}</small>${icon("chevron-down")}</summary>
    <div class="opts">${platform.kinds.length > 1 ? kinds(account, platform, options, kind, act) : nothing}
      ${repeat(names, (name) => name, (name) => field(name, platform.options_schema.properties[name], platform.options_schema, {
        id: `o-${account.id}-${name}`,
        value: options[name],
        set: (value) => act.option(account.id, name, value),
        problem: findings.find((each) => each.field === `options.${name}` || each.field.startsWith(`options.${name}.`))?.message,
      }))}</div></details>`;
}

function kinds(account, platform, options, kind, act) {
  const pick = (value, words) => html`<label><input type="radio" name="kind-${account.id}" value=${value} .checked=${(options.post_type ?? "") === value}
    @change=${() => act.option(account.id, "post_type", value || undefined)}><span>${words}</span></label>`;
  const about = platform.options_schema.properties?.post_type?.description;
  return html`<div class="field full"><span class="lab" id="kind-${account.id}">Kind of post</span><div class="seg" role="radiogroup" aria-labelledby="kind-${account.id}">
    ${pick("", options.post_type || !kind ? "Automatic" : `Automatic: ${kind.label.toLowerCase()}`)}${platform.kinds.map((each) => pick(each.name, each.label))}</div>
    ${about ? html`<p class="hint">${about}</p>` : nothing}</div>`;
}

/** The line beside the button: when, and what is in the way. */
export function summary(targets, state, when) {
  const blocked = targets.filter((each) => each.blocked).length;
  const busy = state.media.filter((item) => item.busy).length;
  const ready = targets.length - blocked;
  const say = !targets.length
    ? html`<span>No channel chosen</span>`
    : blocked
      ? html`<span class="blocked">${icon("circle-alert", "i-s")}${blocked} blocked, ${ready} ready</span>`
      : html`<span>${busy ? `Waits for ${plural(busy, "upload")}` : `${plural(ready, "channel")} ready`}</span>`;
  return html`<b>${when}</b>${say}`;
}

/** Beside the title: the draft is safe. */
export const saved = (time) => html`${icon("circle-check")}<span><span class="lbl">Draft kept in this browser, </span><time>${time}</time></span>`;

/** Buttons that fill in a time. */
export const shortcuts = (times, pick) =>
  times.map(([words, date, time]) => html`<button class="btn sm" type="button" @click=${() => pick(date, time)}>${words}</button>`);

/** What the server refused, above everything. */
export function problem(refusal, accounts) {
  if (!refusal) return nothing;
  return html`<div class="note bad" role="alert" tabindex="-1">${icon("circle-alert", "")}<div><b>${refusal.message}</b> Nothing was lost.
    ${refusal.errors.length ? html`<ul>${refusal.errors.map((each) => html`<li>${accounts.has(each.account_id) ? `${accounts.get(each.account_id).name}: ` : nothing}${each.message}</li>`)}</ul>` : nothing}</div></div>`;
}
