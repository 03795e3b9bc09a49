// What the options that are an account's own may be now (its boards, what its owner allows): asked of the server once for
// each account, and again when somebody wants it.
import { html, icon } from "./lit.js";
import { api, Refused } from "./ui.js";

export class Offers {
  constructor(redraw) {
    this.redraw = redraw;
    this.asked = new Map(); // account id -> {state: "loading" | "ready" | "error", options, message}
  }

  /** By option, {state, values, again}: `again(id)` draws why there is no list, and a button to ask anew. */
  of(account, platform) {
    if (!platform.account_options.length) return {};
    if (!this.asked.has(account.id)) this.ask(account.id);
    const { state, options, message } = this.asked.get(account.id);
    const why = state === "error" ? message : `${account.name} has none to choose from. Make one at ${platform.name}, then look again.`;
    const again = (id) => html`<p class="hint ${state === "error" ? "bad" : ""}" id="${id}-why">${why}</p>
      <div><button class="btn sm" type="button" id=${id} aria-describedby="${id}-why" @click=${() => { this.ask(account.id); this.redraw(); }}>${icon("rotate-cw", "i-s")}${state === "error" ? "Try again" : "Look again"}</button></div>`;
    return Object.fromEntries(platform.account_options.map((name) => [name, { state, values: options[name] ?? [], again }]));
  }

  async ask(id) {
    this.asked.set(id, { state: "loading", options: {} });
    try {
      const { options } = await api("GET", `/api/connections/${id}/options`);
      this.asked.set(id, { state: "ready", options });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.asked.set(id, { state: "error", options: {}, message: error.message });
    }
    this.redraw();
  }
}
