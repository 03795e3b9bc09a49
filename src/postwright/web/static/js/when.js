// When the post goes out: now, or at a wall time in a zone.
import { html, icon, nothing, render } from "./lit.js";
import { instant, spoken, suggestions, wallTime } from "./times.js";

const $ = (selector) => document.querySelector(selector);

export class When {
  constructor(form, now, changed) {
    Object.assign(this, { form, now, changed });
    $("#date").min = wallTime(now(), this.zone)[0];
  }

  get later() { return this.form.elements.when.value === "later"; }
  get zone() { return $("#zone").value; }
  get wall() { return `${$("#date").value}T${$("#time").value}`; }
  get whole() { return Boolean($("#date").value && $("#time").value); }
  get past() { return instant(this.wall, this.zone) <= this.now(); }

  /** What the API is told of it. */
  sent = () => (this.later ? { scheduled_at: this.wall, timezone: this.zone } : {});

  snapshot = () => ({ when: this.form.elements.when.value, date: $("#date").value, time: $("#time").value, timezone: this.zone });

  fill(post) {
    const [date, time] = (post.scheduled_at ?? `${post.date ?? ""}T${post.time ?? ""}`).split("T");
    this.form.elements.when.value = post.scheduled_at ? "later" : (post.when ?? "now");
    this.set(date, time?.slice(0, 5), post.timezone);
  }

  set(date, time, zone) {
    if (date) $("#date").value = date;
    if (time) $("#time").value = time;
    if (zone) $("#zone").value = zone;
  }

  /** Draw it; the words for the foot of the page. */
  draw() {
    const [date, time] = this.wall.split("T");
    $("#when").hidden = !this.later;
    $("#later-label").textContent = this.later && this.whole ? spoken(date, time) : "Goes out by itself";
    const line = $("#also");
    line.classList.toggle("bad", this.later && this.whole && this.past);
    line.hidden = !this.later;
    const pick = (day, hour) => { this.set(day, hour); this.changed(); };
    const buttons = suggestions(this.now(), this.zone).map(([words, day, hour]) => html`<button class="btn sm" type="button" @click=${() => pick(day, hour)}>${words}</button>`);
    render(html`${buttons}<span class="grow"></span>${this.say()}`, line);
    if (!this.later) return "Now";
    return this.whole ? `${spoken(date, time)} · ${this.zone.split("/").pop().replaceAll("_", " ")}` : "Pick a time";
  }

  say() {
    if (!this.whole) return nothing;
    if (this.past) return html`${icon("circle-alert")}That time has passed.`;
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (here === this.zone) return nothing;
    return html`${icon("globe")}${wallTime(instant(this.wall, this.zone), here)[1]} where you are (${here.replaceAll("_", " ")})`;
  }
}
