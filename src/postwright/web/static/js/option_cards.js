// The options of each chosen account: what kind of post it becomes there, and what that kind can be told.
import { badge, html, icon, nothing, repeat } from "./lit.js";
import { below, field, labelOf, wordsOf } from "./options.js";
import { optionNames } from "./rules.js";

/** A fold for each chosen account that has anything to choose. */
export function optionCards(targets, state, act) {
  const cards = targets.filter(({ platform }) => platform.kinds.length > 1 || Object.keys(platform.options_schema.properties ?? {}).length > 1);
  return repeat(cards, ({ account }) => account.id, (target) => optionCard(target, state, act));
}

function optionCard({ account, platform, kind, options, media, findings }, { open, offers, zone }, act) {
  const { properties = {} } = platform.options_schema;
  const names = optionNames(platform, options, media);
  const faults = findings.map((each) => ({ path: each.field.split("."), message: beside(each) }));
  const offered = open.has(account.id) || kind?.required.some((name) => platform.account_options.includes(name)) ? offers.of(account, platform) : {};
  const toggled = (event) => act.toggle(account.id, event.currentTarget.open);
  return html`<details class="oset" ?open=${open.has(account.id)} @toggle=${toggled}>
    <summary>${badge(platform)}<span><b>${account.name}</b>${gist(properties, kind, options, findings)}</span>${icon("chevron-down")}</summary>
    <div class="opts">${platform.kinds.length > 1 ? kinds(account, platform, options, kind, act) : nothing}
      ${repeat(names, (name) => name, (name) => field(name, properties[name], platform.options_schema, {
        id: `o-${account.id}-${name}`,
        value: options[name],
        set: (value) => act.option(account.id, name, value),
        faults: below(below(faults, "options"), name),
        required: kind?.required.includes(name) ?? false,
        offered: offered[name],
        zone,
      }))}</div></details>`;
}

/** A finding as it stands beside its own field. */
const beside = (finding) => (finding.code === "option_required" ? "This is needed." : wordsOf(finding));

/** What the fold holds, on its outside: the kind, how much is set, what is needed yet. */
function gist(properties, kind, options, findings) {
  const needed = findings.filter((each) => each.code === "option_required").map((each) => each.field.split(".")[1]);
  const set = Object.keys(options).length;
  return html`<small>${[kind?.label, set ? `${set} set` : ""].filter(Boolean).join(" · ")}</small>
    ${needed.length ? html`<small class="bad">Needs: ${needed.map((name) => labelOf(name, properties[name])).join(", ").toLowerCase()}</small>` : nothing}`;
}

function kinds(account, platform, options, kind, act) {
  const pick = (value, words) => html`<label><input type="radio" name="kind-${account.id}" value=${value} .checked=${(options.post_type ?? "") === value}
    @change=${() => act.option(account.id, "post_type", value || undefined)}><span>${words}</span></label>`;
  const about = platform.options_schema.properties?.post_type?.description;
  return html`<div class="field full"><span class="lab" id="kind-${account.id}">Kind of post</span><div class="seg" role="radiogroup" aria-labelledby="kind-${account.id}">
    ${pick("", options.post_type || !kind ? "Automatic" : `Automatic: ${kind.label.toLowerCase()}`)}${platform.kinds.map((each) => pick(each.name, each.label))}</div>
    ${about ? html`<p class="hint">${about}</p>` : nothing}</div>`;
}
