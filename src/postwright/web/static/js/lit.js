// lit-html and the two drawings that every island needs, from one place.
import { html } from "../vendor/lit-html/lit-html.js";

export { html, nothing, render } from "../vendor/lit-html/lit-html.js";
export { live } from "../vendor/lit-html/directives/live.js";
export { repeat } from "../vendor/lit-html/directives/repeat.js";

const SPRITE = new URL("../icons.svg", import.meta.url).pathname;

export const icon = (name, cls = "i-m") =>
  html`<svg class="icon ${cls}" aria-hidden="true"><use href="${SPRITE}#${name}"></use></svg>`;

/** The coloured tile of a platform: `platform` is one of the page's data, {id, icon}. */
export const badge = (platform, cls = "") =>
  html`<span class="pf pf-${platform.id} ${cls}"><svg aria-hidden="true"><use href="${SPRITE}#${platform.icon}"></use></svg></span>`;
