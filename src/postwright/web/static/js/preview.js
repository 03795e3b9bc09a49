// Roughly what readers will see, one preview per chosen account, in the layout that rules.js finds.
import { attached } from "./attached.js";
import { badge, html, icon, nothing, repeat } from "./lit.js";
import { measure } from "./count.js";
import { layoutOf } from "./rules.js";

const FOLD_AT = 140;
const MOST_AT_ONCE = 4;
const MARKED = /((?:^|(?<=\s))[#@][\p{L}\p{N}_.]+|(?:https?:\/\/|\b[a-z0-9-]+\.[a-z]{2,}\/)\S+)/giu;
const unfolded = new Set();
const opened = new Map(); // account id -> whether somebody opened or closed its preview

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

const pages = (count) => `${count} page${count === 1 ? "" : "s"}`;

const shot = (item) =>
  item.type === "video"
    ? html`<video src=${item.url} poster=${item.thumb_url ?? nothing} muted playsinline preload="metadata"></video>`
    : item.type === "document"
      ? html`<span class="sheet-pic">${item.thumb_url ? html`<img src=${item.thumb_url} alt="">` : icon("file-text", "")}</span>`
      : html`<img src=${item.url} alt=${item.alt_text ?? ""}>`;

const face = (account) =>
  html`<span class="av">${account.avatar_url ? html`<img src=${account.avatar_url} alt="" width="40" height="40">` : html`<span class="ini tone-${account.tone}" aria-hidden="true">${account.initials}</span>`}</span>`;

const head = (account, say) => html`<div class="ph-head">${face(account)}<span><b>${account.name}</b>${say ? html`<small>${say}</small>` : nothing}</span>${icon("ellipsis")}</div>`;

const empty = (kinds) => html`<div class="nothing">${icon("image")}Waits for ${kinds.some((kind) => kind.image) ? "a picture or a video" : "a video"}</div>`;

function onScroll(event) {
  const strip = event.currentTarget;
  const at = Math.round(strip.scrollLeft / (strip.clientWidth || 1)) + 1;
  const place = strip.parentNode.querySelector(".pos b"); // lit draws nothing inside it
  if (place) place.textContent = at;
}

const comment = (account, text) => (text ? html`<p class="ph-comment"><b>${account.name}</b> ${rich(text)}</p>` : nothing);

function mediaFirst({ account, platform, text, media, more, when, redraw }) {
  return html`<article class="ph media" aria-label="Preview for ${account.name}">
    ${head(account, "")}
    <div class="reel">${media.length
      ? html`<ol tabindex=${media.length > 1 ? 0 : nothing} aria-label="Pictures, ${media.length}" @scroll=${onScroll}>${repeat(media, (item) => item.key, (item) => html`<li>${shot(item)}</li>`)}</ol>`
      : empty(platform.kinds)}${media.length > 1 ? html`<span class="pos num"><b>1</b>/${media.length}</span>` : nothing}</div>
    <div class="ph-acts">${icon("heart")}${icon("message-circle")}${icon("send")}${icon("bookmark")}</div>
    <p class="text"><b>${more.title ?? account.name}</b> ${folded(text, account.id, redraw)}</p>
    ${comment(account, more.comment)}
    <p class="dim at">${when}</p></article>`;
}

function textFirst({ account, text, cut, media, more, when, redraw }) {
  const words = text ? (cut < 0 ? folded(text, account.id, redraw) : rich(text, cut)) : html`<span class="dim">Your text</span>`;
  return html`<article class="ph words" aria-label="Preview for ${account.name}">
    ${head(account, when)}
    <p class="text">${words}</p>
    ${pictures(media, more)}${more.poll ? poll(more.poll) : nothing}${more.link ? card(more.link, media) : nothing}
    ${more.thread.map((each) => html`<div class="ph-next">${face(account)}<p class="text"><b>${account.name}</b> ${rich(each)}</p></div>`)}
    ${comment(account, more.comment)}
    <div class="ph-acts">${icon("thumbs-up")}${icon("message-circle")}${icon("repeat-2")}${icon("share")}</div></article>`;
}

function pictures(media, { link, title }) {
  if (!media.length || link) return nothing;
  const [first] = media;
  if (first.type === "document") {
    return html`<div class="ph-doc">${shot(first)}<span><b>${title ?? first.name}</b>${first.pages ? html`<small>${pages(first.pages)}</small>` : nothing}</span></div>`;
  }
  const shown = media.slice(0, MOST_AT_ONCE);
  return html`<div class="grid-pics" data-n=${shown.length}>${repeat(shown, (item) => item.key, shot)}${media.length > shown.length ? html`<span class="plus num">+${media.length - shown.length}</span>` : nothing}</div>
    ${title ? html`<p class="ph-title"><b>${title}</b></p>` : nothing}`;
}

const poll = ({ question, answers }) => html`<div class="ph-poll">${question ? html`<b>${question}</b>` : nothing}
  <ul>${answers.length ? answers.map((each) => html`<li>${each}</li>`) : html`<li class="dim">The answers</li>`}</ul></div>`;

const card = ({ host, title, description, url }, media) => html`<div class="ph-card">${media.length ? shot(media[0]) : html`<span class="sheet-pic">${icon("link", "")}</span>`}
  <span><small>${host}</small><b>${title ?? url}</b>${description ? html`<small>${description}</small>` : nothing}</span></div>`;

function tall({ account, platform, kind, text, media, more }) {
  const film = media.find((item) => item.type === "video") ?? media[0];
  return html`<article class="ph tall" aria-label="Preview for ${account.name}">
    ${film ? shot(film) : empty(kind ? [kind] : platform.kinds)}
    <div class="over"><div class="ph-head">${face(account)}<span><b>${account.name}</b></span></div>${more.title ? html`<p class="text"><b>${more.title}</b></p>` : nothing}<p class="text">${kind && !kind.caption ? nothing : rich(text)}</p></div>
    <div class="rail">${icon("heart")}${icon("message-circle")}${icon("share")}</div></article>`;
}

/** A wide video, then its title; the text is its description. */
function watch({ account, platform, text, media, more, when, redraw }) {
  const film = media.find((item) => item.type === "video") ?? media[0];
  return html`<article class="ph watch" aria-label="Preview for ${account.name}">
    <div class="reel">${film ? html`<ol><li>${shot(film)}</li></ol>` : empty(platform.kinds)}</div>
    <div class="ph-watch"><p class="ph-title"><b>${more.title ?? html`<span class="dim">Title</span>`}</b></p>
      <div class="ph-head">${face(account)}<span><b>${account.name}</b><small>${when}</small></span></div>
      <p class="text">${folded(text, account.id, redraw)}</p></div></article>`;
}

/** A picture in its own shape, then title, text and where it leads. */
function pin({ account, platform, text, media, more, redraw }) {
  return html`<article class="ph pin" aria-label="Preview for ${account.name}">
    <div class="pin-pic">${media.length ? shot(media[0]) : empty(platform.kinds)}${media.length > 1 ? html`<span class="pos num">1/${media.length}</span>` : nothing}</div>
    <div class="ph-watch">${more.link ? html`<p class="dim">${more.link.host}</p>` : nothing}
      <p class="ph-title"><b>${more.title ?? html`<span class="dim">Title</span>`}</b></p>
      <p class="text">${folded(text, account.id, redraw)}</p>
      <div class="ph-head">${face(account)}<span><b>${account.name}</b></span></div></div></article>`;
}

const LAYOUTS = { media: mediaFirst, words: textFirst, tall, watch, pin };

function one(view, isShown) {
  const { account, platform, kind, rule, text, own, options, media, redraw } = view;
  const { length, cut } = measure(text, rule);
  const draw = LAYOUTS[layoutOf(platform, kind, media)];
  const over = cut < 0 ? 0 : length - rule.limit;
  const open = opened.get(account.id) ?? isShown;
  const toggled = (event) => {
    if (event.currentTarget.open === open) return;
    opened.set(account.id, event.currentTarget.open);
    redraw();
  };
  return html`<details class="pv-one" ?open=${open} @toggle=${toggled}>
    <summary class="pv-lab">${badge(platform)}<span>${account.name}${kind ? html` · ${kind.label}` : nothing}</span>${over ? html`<small class="bad">${over} over</small>` : own.text || own.media ? html`<small>Own ${own.text ? "text" : "media"}</small>` : nothing}${icon("chevron-down", "i-m")}</summary>
    ${open ? draw({ ...view, cut, more: attached(kind, options) }) : nothing}</details>`;
}

/** All previews; `views` is one object per chosen account. Of many, only the first is drawn, and those that somebody opens. */
export function previews(views) {
  if (!views.length) return html`<div class="pv-none">${icon("eye")}<p>Choose a channel, and you see here what its readers will see.</p></div>`;
  return repeat(views, (view) => view.account.id, (view, at) => one(view, at === 0 || views.length <= MOST_AT_ONCE));
}
