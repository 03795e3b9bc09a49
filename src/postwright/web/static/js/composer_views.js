// What the composer draws, from its state and its actions. Keyed, so that focus and drags survive a redraw.
import { badge, html, icon, nothing, repeat } from "./lit.js";
import { hashtags, measure, mentions } from "./count.js";
import { humanise, labelOf, wordsOf } from "./options.js";
import { nounOf } from "./shelf.js";

const RING = 37.7; // the circumference of the counter's circle
const MOST_COUNTERS = 3;
const MOST_READY = 3;
const number = (value) => value.toLocaleString("en");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The tabs above the caption: what is for all, and one for each chosen account. */
export function versions(targets, state, act) {
  if (!targets.length) return nothing;
  const tab = (id, content, over = false) => html`<button type="button" aria-pressed=${state.tab === id ? "true" : "false"} @click=${() => act.select(id)}>
    ${content}${over ? html`<span class="over">${icon("circle-alert")}</span><span class="vh">, over the limit</span>` : nothing}</button>`;
  return html`${tab("all", "All channels")}${repeat(targets, ({ account }) => account.id, ({ account, platform, own, text, rule }) => {
    const edited = own.text || own.media ? html`<span class="edited"></span><span class="vh">, own ${ownWords(own)}</span>` : nothing;
    return tab(account.id, html`${badge(platform)}${account.name}${edited}`, measure(text, rule).cut >= 0);
  })}`;
}

const ownWords = (own) => [own.text ? "text" : "", own.media ? "media" : ""].filter(Boolean).join(" and ");

/** Under the tabs: what the open channel has of its own. */
export function ownLine(target, act) {
  if (!target) return nothing;
  const { account, own } = target;
  if (!own.text && !own.media) return html`${icon("pencil", "i-s")}This is for all channels. Change text or media here, and this channel gets its own.`;
  return html`${icon("info", "i-s")}This channel has its own ${ownWords(own)}.
    ${own.text ? html`<button class="link" type="button" @click=${() => act.common(account.id)}>Use the text for all</button>` : nothing}
    ${own.media ? html`<button class="link" type="button" @click=${() => act.commonMedia(account.id)}>Use the media for all</button>` : nothing}`;
}

/** How many hashtags and mentions there are, and the counters of the open tab: where there are many, the tightest ones. */
export function counters(targets, text) {
  const rules = new Map(targets.map(({ platform, rule }) => [`${platform.id} ${rule.limit} ${rule.unit}`, { name: platform.name, rule, share: measure(text, rule).length / rule.limit }]));
  const tightest = [...rules].sort(([, one], [, other]) => other.share - one.share);
  const shown = tightest.filter(([, { share }], at) => at < MOST_COUNTERS || share > 1);
  const marks = [[hashtags(text).length, "hashtag", "hashtags"], [mentions(text).length, "mention", "mentions"]].filter(([count]) => count);
  return html`${marks.map(([count, noun, limit]) => {
    const most = Math.min(...targets.map(({ rule }) => rule[limit] ?? Infinity));
    return html`<span class="count plain" data-s=${count > most ? "over" : "ok"}>${plural(count, noun)}${count > most ? ` of ${most}` : nothing}</span>`;
  })}${repeat(shown, ([key]) => key, ([, { name, rule }]) => counter(name, rule, text))}`;
}

function counter(name, rule, text) {
  const { length } = measure(text, rule);
  const left = rule.limit - length;
  const share = Math.min(1, length / rule.limit);
  const mood = left < 0 ? "over" : share > 0.9 ? "near" : "ok";
  return html`<span class="count" data-s=${mood}>
    <svg class="ring" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6"></circle><circle class="v" cx="8" cy="8" r="6" stroke-dasharray="${share * RING} 40"></circle></svg>
    <span>${name}</span> <span>${left < 0 ? `−${number(-left)}` : number(left)}</span><span class="vh"> ${left < 0 ? "over the limit" : "characters left"}</span></span>`;
}

/** The text with what is over the limit marked, behind the caption. */
export function overflow(text, cut) {
  return cut < 0 ? `${text}\n` : html`${text.slice(0, cut)}<mark>${text.slice(cut)}</mark>${"\n"}`;
}

/** The tiles of the media tray; `described` tells which files may have a text for people who cannot see them. */
export function tiles(media, described, act) {
  return repeat(media, (item) => item.key, (item, at) => (item.problem ? refused(item, act) : tile(item, at, media.length, described(item), act)));
}

function tile(item, at, total, described, act) {
  const noun = nounOf(item);
  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !event.shiftKey || event.target !== event.currentTarget) return;
    event.preventDefault();
    const { currentTarget } = event;
    act.move(at, at + step);
    currentTarget.focus();
  };
  const about = [item.type === "document" ? item.name : "", item.pages ? plural(item.pages, "page") : "", item.alt_text].filter(Boolean).join(", ");
  return html`<li class="mt ${item.busy ? "up" : ""}" tabindex="0" aria-label="${noun} ${at + 1} of ${total}${about ? `: ${about}` : ""}" @keydown=${keys}>
    ${item.type === "document" ? paper(item) : item.type === "video" && !item.thumb_url ? html`<video src=${item.url} muted preload="metadata"></video>` : html`<img src=${item.thumb_url ?? item.url} alt="" draggable="false">`}
    <span class="i num" aria-hidden="true">${item.type === "video" ? icon("play") : nothing}${item.mime === "image/gif" ? "GIF " : nothing}${at + 1}</span>
    <button class="rm" type="button" @click=${() => act.remove(item)}>${icon("x", "i-s")}<span class="vh">Remove ${noun.toLowerCase()} ${at + 1}</span></button>
    ${item.busy
      ? html`<span class="pr"><span class="num">${item.progress}%</span><progress max="100" value=${item.progress} aria-label="Uploading ${item.name}"></progress></span>`
      : described
        ? html`<button class="alt ${item.alt_text ? "" : "todo"}" type="button" @click=${() => act.describe(item)}>${item.alt_text ? "ALT" : "Add alt"}<span class="vh"> text of ${noun.toLowerCase()} ${at + 1}</span></button>`
        : nothing}</li>`;
}

/** A document's tile: its name and how long it is. */
const paper = (item) => html`<span class="paper" aria-hidden="true">${icon("file-text", "")}<b>${item.name}</b><small>${item.pages ? plural(item.pages, "page") : nothing}</small></span>`;

function refused(item, act) {
  return html`<li class="mt no"><p><b>${item.name}</b>${item.problem}</p><span class="row">
    <button class="btn sm" type="button" @click=${() => act.retry(item)}>${icon("rotate-cw", "i-s")}Retry<span class="vh"> ${item.name}</span></button>
    <button class="btn sm icon-only" type="button" @click=${() => act.remove(item)}>${icon("x")}<span class="vh">Leave out ${item.name}</span></button></span></li>`;
}

/** A finding in words for people: options by what they are called on the screen. */
export function said({ platform, kind }, { field, code, message }) {
  const [, name, ...inner] = field.split(".");
  const parts = inner.map((part) => (/^\d+$/.test(part) ? Number(part) + 1 : humanise(part).toLowerCase()));
  const called = () => [labelOf(name, platform.options_schema.properties?.[name]), ...parts].join(", ");
  if (code === "option_required") return `${called()} is needed.`;
  if (code === "option_not_for_kind") return `${kind?.label ?? "This kind of post"} has no “${called()}”: take it out, or choose another kind.`;
  if (code === "bad_option") return `${called()}: ${wordsOf({ field, message })}`;
  const file = /^media\.(\d+)/.exec(field);
  return file ? `File ${Number(file[1]) + 1}: ${message}` : message;
}

/** The list "Before it goes out": each chosen account with what stands in its way; many that are ready share a line. */
export function checks(targets, state, describable, act) {
  if (!targets.length) return html`<li><p class="none">Choose at least one channel.</p></li>`;
  const bare = describable.filter((item) => !item.alt_text && !item.busy && !item.problem);
  const clear = targets.filter(({ findings }) => !findings.length);
  const together = clear.length > MOST_READY ? clear : [];
  const apart = targets.filter((target) => !together.includes(target));
  return html`${repeat(apart, ({ account }) => account.id, (target) => check(target, state, act))}
    ${together.length ? html`<li><span class="pfs">${repeat(distinct(together), ({ id }) => id, (platform) => badge(platform))}</span>
      <span class="who">${apart.length ? `${together.length} others` : `All ${together.length} channels`}<span class="vh">: ${together.map(({ account }) => account.name).join(", ")}</span></span>${mood(state)}</li>` : nothing}
    ${bare.length ? html`<li>${icon("info", "")}<span class="who">Descriptions</span><p>${bare.length === 1 ? `One ${nounOf(bare[0]).toLowerCase()} has` : `${bare.length} files have`} no text for people who cannot see ${bare.length === 1 ? "it" : "them"}.</p>
      <span class="fix"><button class="btn sm" type="button" @click=${() => act.describe(bare[0])}>Describe</button></span></li>` : nothing}`;
}

const distinct = (targets) => [...new Map(targets.map(({ platform }) => [platform.id, platform])).values()];

const mood = (state) => (state.checking ? html`<span class="busy">${icon("loader-circle", "i-m spin")}Checking</span>` : html`<span class="ok">${icon("check")}Ready</span>`);

function check(target, state, act) {
  const { account, platform, findings } = target;
  const fixes = new Map(findings.map((each) => [each.field.split(".")[0], each]).reverse());
  const words = { caption: "Write its own text", media: "Change media", options: "Open options" };
  return html`<li>${badge(platform)}<span class="who">${account.name} <small>${platform.name}</small></span>
    ${findings.map((each) => html`<p class=${each.severity}>${said(target, each)}</p>`)}
    ${fixes.size
      ? html`<span class="fix">${findings.some(({ code }) => code === "duplicate_post") ? html`<button class="btn sm" type="button" @click=${act.again}>Post it again<span class="vh"> on ${account.name}</span></button>` : nothing}${[...fixes].filter(([part]) => words[part]).map(([part, each]) => html`<button class="btn sm" type="button" @click=${() => act.fix(account.id, part, each.field)}>${words[part]}<span class="vh"> for ${account.name}</span></button>`)}</span>`
      : mood(state)}</li>`;
}

/** The line beside the button: when, and what is in the way. */
export function summary(targets, busy, when) {
  const blocked = targets.filter((each) => each.blocked).length;
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

/** What the server refused, above everything. */
export function problem(refusal, accounts) {
  if (!refusal) return nothing;
  return html`<div class="note bad" role="alert" tabindex="-1">${icon("circle-alert", "")}<div><b>${refusal.message}</b> Nothing was lost.
    ${refusal.errors.length ? html`<ul>${refusal.errors.map((each) => html`<li>${accounts.has(each.account_id) ? `${accounts.get(each.account_id).name}: ` : nothing}${each.message}</li>`)}</ul>` : nothing}</div></div>`;
}
