// Roughly what readers will see, one preview per chosen account, in the layout that rules.js finds.
import { badge, html, icon, nothing, repeat } from "./lit.js";
import { measure } from "./count.js";
import { kindOf, layoutOf } from "./rules.js";

const FOLD_AT = 140;
const MARKED = /((?:^|(?<=\s))[#@][\p{L}\p{N}_.]+|(?:https?:\/\/|\b[a-z0-9-]+\.[a-z]{2,}\/)\S+)/giu;
const unfolded = new Set();

/** Hashtags, mentions and links in the link colour; what is over the limit struck out. */
function rich(text, cut = -1) {
  const mark = (part, over) =>
    part.split(MARKED).map((piece, at) => (at % 2 ? html`<span class="tag ${over ? "cut" : ""}">${piece}</span>` : over && piece ? html`<span class="cut">${piece}</span>` : piece));
  return cut < 0 ? mark(text, false) : [mark(text.slice(0, cut), false), mark(text.slice(cut), true)];
}

function folded(text, id, redraw) {
  if (unfolded.has(id) || text.length <= FOLD_AT) return rich(text);
  const start = [...text].slice(0, FOLD_AT - 15).join("").replace(/[\s.,;:]+\S*$/, "");
  const open = () => { unfolded.add(id); redraw(); };
  return [rich(start), "… ", html`<button class="fold" type="button" @click=${open}>more</button>`];
}

const shot = (item) =>
  item.type === "video"
    ? html`<video src=${item.url} poster=${item.thumb_url ?? nothing} muted playsinline preload="metadata"></video>`
    : html`<img src=${item.url} alt=${item.alt_text ?? ""}>`;

const face = (account) =>
  html`<span class="av">${account.avatar_url ? html`<img src=${account.avatar_url} alt="" width="40" height="40">` : html`<span class="ini tone-${account.tone}" aria-hidden="true">${account.initials}</span>`}</span>`;

const head = (account, say) => html`<div class="ph-head">${face(account)}<span><b>${account.name}</b>${say ? html`<small>${say}</small>` : nothing}</span>${icon("ellipsis")}</div>`;

const empty = html`<div class="nothing">${icon("image")}Waits for a picture or a video</div>`;

function onScroll(event) {
  const strip = event.currentTarget;
  const at = Math.round(strip.scrollLeft / (strip.clientWidth || 1)) + 1;
  const place = strip.parentNode.querySelector(".pos b"); // lit draws nothing inside it
  if (place) place.textContent = at;
}

function mediaFirst({ account, text, media, when, redraw }) {
  return html`<article class="ph media" aria-label="Preview for ${account.name}">
    ${head(account, "")}
    <div class="reel">${media.length
      ? html`<ol tabindex=${media.length > 1 ? 0 : nothing} aria-label="Pictures, ${media.length}" @scroll=${onScroll}>${repeat(media, (item) => item.key, (item) => html`<li>${shot(item)}</li>`)}</ol>`
      : empty}${media.length > 1 ? html`<span class="pos num"><b>1</b>/${media.length}</span>` : nothing}</div>
    <div class="ph-acts">${icon("heart")}${icon("message-circle")}${icon("send")}${icon("bookmark")}</div>
    <p class="text"><b>${account.name}</b> ${folded(text, account.id, redraw)}</p>
    <p class="dim at">${when}</p></article>`;
}

function textFirst({ account, text, cut, media, when }) {
  const shown = media.slice(0, 4);
  return html`<article class="ph words" aria-label="Preview for ${account.name}">
    ${head(account, when)}
    <p class="text">${text ? rich(text, cut) : html`<span class="dim">Your text</span>`}</p>
    ${shown.length ? html`<div class="grid-pics" data-n=${shown.length}>${repeat(shown, (item) => item.key, shot)}</div>` : nothing}
    <div class="ph-acts">${icon("heart")}${icon("message-circle")}${icon("repeat-2")}${icon("share")}</div></article>`;
}

function tall({ account, text, media }) {
  return html`<article class="ph tall" aria-label="Preview for ${account.name}">
    ${media.length ? shot(media[0]) : empty}
    <div class="over"><div class="ph-head">${face(account)}<span><b>${account.name}</b></span></div><p class="text">${rich(text)}</p></div>
    <div class="rail">${icon("heart")}${icon("message-circle")}${icon("share")}</div></article>`;
}

const LAYOUTS = { media: mediaFirst, words: textFirst, tall };

function one({ account, platform, text, ownText, options, media, when, redraw }) {
  const { length, cut } = measure(text, platform.limits.caption);
  const kind = kindOf(platform, options, media);
  const draw = LAYOUTS[layoutOf(platform, kind, media)];
  const over = cut < 0 ? 0 : length - platform.limits.caption.limit;
  return html`<section>
    <div class="pv-lab">${badge(platform)}<span>${platform.name}${kind ? html` · ${kind.label}` : nothing}</span>${over ? html`<small class="bad">${over} over</small>` : ownText ? html`<small>Own text</small>` : nothing}</div>
    ${draw({ account, text, cut, media, when, redraw })}</section>`;
}

/** All previews; `views` is one object per chosen account. */
export function previews(views) {
  if (!views.length) return html`<div class="pv-none">${icon("eye")}<p>Choose a channel, and you see here what its readers will see.</p></div>`;
  return repeat(views, (view) => view.account.id, one);
}
