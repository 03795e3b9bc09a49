// Fields for a platform's options, drawn from their JSON schema: choices, text, numbers, ticks, lists, groups.
// Every field is given `{id, value, set, faults, required, offered, zone}`: `set(undefined)` means "not set", `faults` are
// findings whose path begins here, `offered` is what the account allows (offers.js), `zone` is that of times.
import { measure } from "./count.js";
import { html, icon, live, nothing } from "./lit.js";
import { instant, wallTime } from "./times.js";

const LONG_TEXT = 400;
const LONG_CHOICE = 60;
const GROUP = " › ";

/** "first_comment", "FIRST_COMMENT" and "firstComment" as people read it. */
export function humanise(name) {
  const words = String(name).replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").trim().toLowerCase();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\b(ai|url)\b/gi, (word) => word.toUpperCase());
}

/** What people call an option. */
export const labelOf = (name, schema) =>
  schema?.title && schema.title.toLowerCase() !== name.replaceAll("_", " ") ? schema.title : humanise(name.replace(/_(id|ids|ms|toggle)$/, ""));

/** A schema without its references; "or null" becomes `nullable`. */
function plain(schema, root) {
  if (schema.$ref) return { ...plain(root.$defs[schema.$ref.split("/").pop()], root), ...without(schema, "$ref") };
  const variants = (schema.anyOf ?? []).filter((each) => each.type !== "null");
  if (variants.length) return { ...plain(variants[0], root), nullable: true, ...without(schema, "anyOf") };
  return schema.const === undefined ? schema : { ...schema, enum: [schema.const] };
}

function without(object, name) {
  const { [name]: _, ...rest } = object;
  return rest;
}

/** A copy of an object with one member set, or left out when it is undefined. */
export function put(object, name, value) {
  return value === undefined ? without(object, name) : { ...object, [name]: value };
}

/** The findings below one step of a path: what is said of `name` itself has an empty path. */
export const below = (faults, name) => faults.filter(({ path }) => path[0] === String(name)).map(({ path, message }) => ({ path: path.slice(1), message }));

/** A finding of an option without its name before it, in words for people. */
export const wordsOf = ({ field: path, message }) =>
  message
    .replace(`${path.replace("options.", "")}: `, "")
    .replace(/^Field required\.$/, "This is needed.")
    .replace(/^(Tuple|String) should have (at (?:least|most) \d+) (items?|characters?).*$/, (_, sort, bound, unit) => `There must be ${bound} ${sort === "Tuple" ? "of them" : unit}.`);

/** One field. */
export function field(name, schema, root, given) {
  const kind = plain(schema, root);
  const parts = kind.type === "object" || (kind.type === "array" && plain(kind.items ?? {}, root).type === "object") || isTexts(kind, root);
  const faults = parts ? given.faults.filter(({ path }) => !path.length) : given.faults;
  const problem = faults[0]?.message ?? "";
  const draw = given.offered ? (kind.type === "boolean" ? limitedTick : offer) : kind.enum ? choice : (DRAWN[kind.type] ?? text);
  const wide = parts || kind.type === "array" || (kind.maxLength ?? 0) > LONG_TEXT;
  const say = `${given.id}-say`;
  const drawn = { ...given, name, kind, root, label: words(labelOf(name, kind), given.required), described: problem || kind.description ? say : nothing, invalid: problem ? "true" : nothing };
  return html`<div class="field ${wide ? "full" : ""}">
    ${draw(drawn)}
    ${problem ? html`<p class="err-msg" id=${say}>${icon("circle-alert", "i-s")}${problem}</p>` : kind.description ? html`<p class="hint" id=${say}>${kind.description}</p>` : nothing}
  </div>`;
}

const words = (label, required) => (required ? html`${label} <span class="must">needed</span>` : label);
const label = (id, said) => html`<label for=${id}>${said}</label>`;

/** The first line of a choice, which stands for no value; none where there is a value by itself. */
function unset(kind, required, chosen) {
  if (required) return html`<option value="" ?selected=${chosen === ""}>Choose …</option>`;
  return kind.default === undefined || kind.default === null ? html`<option value="" ?selected=${chosen === ""}>As usual</option>` : nothing;
}

function choice({ label: said, kind, id, value, set, required, described, invalid }) {
  const chosen = value ?? kind.default ?? "";
  return html`${label(id, said)}<select class="input" id=${id} aria-describedby=${described} aria-invalid=${invalid} @change=${(event) => set(event.target.value || undefined)}>
    ${unset(kind, required, chosen)}
    ${kind.enum.filter((each) => each !== null).map((each) => html`<option value=${each} ?selected=${each === chosen}>${kind.labels?.[each] ?? humanise(each)}</option>`)}
  </select>`;
}

/** A choice among what the account has: asked for, missing, none at all, or a list (in groups, where its labels are so). */
function offer({ label: said, kind, id, value, set, required, offered, described, invalid }) {
  if (offered.state === "error") return html`<span class="lab">${said}</span>${offered.again(id)}`;
  if (offered.state === "loading") return html`${label(id, said)}<select class="input" id=${id} disabled aria-busy="true"><option>Asking the account …</option></select>`;
  const { values } = offered;
  const chosen = value ?? "";
  if (!values.length && !chosen) return html`<span class="lab">${said}</span>${offered.again(id)}`;
  const gone = chosen && !values.some((each) => each.value === chosen);
  const line = ({ value: each, label: shown }) => html`<option value=${each} ?selected=${each === chosen}>${shown}</option>`;
  const groups = [...Map.groupBy(values, (each) => (each.label.includes(GROUP) ? each.label.split(GROUP)[0] : ""))];
  return html`${label(id, said)}<select class="input" id=${id} aria-describedby=${described} aria-invalid=${invalid} @change=${(event) => set(event.target.value || undefined)}>
    ${unset(required ? kind : { default: null }, required, chosen)}
    ${groups.map(([group, members]) => (group
      ? html`<optgroup label=${group}>${members.map((each) => line({ value: each.value, label: each.label.slice(group.length + GROUP.length) }))}</optgroup>`
      : members.map(line)))}
    ${gone ? html`<option value=${chosen} selected>No longer there (${chosen})</option>` : nothing}
  </select>`;
}

/** A tick that the account may hold to one position. */
function limitedTick(given) {
  const { label: said, id, kind, value, offered, described } = given;
  const now = value ?? kind.default ?? false;
  const allowed = offered.state === "ready" ? (offered.values ?? []).map((each) => each.value) : ["true", "false"];
  if (offered.state === "ready" && allowed.every((each) => each === String(now))) {
    return html`<label class="check" for=${id}><input type="checkbox" id=${id} .checked=${live(now)} disabled aria-describedby="${id}-why"><span>${said}</span></label>
      <p class="hint" id="${id}-why">${icon("lock", "i-s")} Always ${now ? "on" : "off"}: the account's own settings say so.</p>`;
  }
  const held = allowed.length === 1 ? html`<p class="hint">Only ${allowed[0] === "true" ? "on" : "off"} is possible on this account.</p>` : nothing;
  return html`${tick({ ...given, kind: without(kind, "nullable"), described })}${held}`;
}

function text({ label: said, kind, id, value, set, zone, described, invalid }) {
  if (kind.format === "date-time") return moment({ said, id, value, set, zone, described, invalid });
  const typed = (event) => set(event.target.value || undefined);
  const now = value ?? kind.default ?? "";
  const rule = ruleOf(kind);
  const head = html`<span class="lab-row">${label(id, said)}${rule ? tally(now, rule) : nothing}</span>`;
  if ((rule?.limit ?? 0) > LONG_TEXT) {
    return html`${head}<textarea class="input" id=${id} rows="2" .value=${live(now)} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}></textarea>`;
  }
  const type = kind.format === "uri" || kind.pattern?.includes("https?:") ? "url" : kind.format === "date" ? "date" : "text";
  return html`${head}<input class="input" id=${id} type=${type} .value=${live(now)} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}>`;
}

/** How an option's text is counted: as its schema says under `counted`, else by the characters of its longest length. */
const ruleOf = (kind) => kind.counted ?? (kind.maxLength && kind.format === undefined && !kind.pattern ? { limit: kind.maxLength, unit: "code_points" } : null);

/** How much of a text's limit is used, once something is written. */
function tally(now, rule) {
  const { length } = measure(now, rule);
  if (!length) return nothing;
  return html`<small class="tally num" data-s=${length > rule.limit ? "over" : "ok"}>${length} / ${rule.limit}<span class="vh"> ${length > rule.limit ? ", too long" : " used"}</span></small>`;
}

/** A time is typed in the post's zone and sent as an instant. */
function moment({ said, id, value, set, zone, described, invalid }) {
  const now = value ? wallTime(Date.parse(value), zone).join("T") : "";
  const typed = (event) => set(event.target.value ? new Date(instant(event.target.value.slice(0, 16), zone)).toISOString() : undefined);
  return html`${label(id, html`${said} <small>(${zone.replaceAll("_", " ")})</small>`)}<input class="input" id=${id} type="datetime-local" .value=${now} aria-describedby=${described} aria-invalid=${invalid} @change=${typed}>`;
}

function amount({ label: said, kind, id, value, set, described, invalid }) {
  const typed = (event) => set(event.target.value === "" ? undefined : Number(event.target.value));
  return html`${label(id, said)}<input class="input" id=${id} type="number" min=${kind.minimum ?? nothing} max=${kind.maximum ?? nothing}
    step=${kind.type === "integer" ? 1 : "any"} .value=${live(String(value ?? kind.default ?? ""))} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}>`;
}

function tick(given) {
  const { label: said, kind, id, value, set, described } = given;
  if (kind.nullable) return yesOrNo(given);
  return html`<label class="check" for=${id}><input type="checkbox" id=${id} .checked=${live(value ?? kind.default ?? false)}
    aria-describedby=${described} @change=${(event) => set(event.target.checked === (kind.default ?? false) ? undefined : event.target.checked)}><span>${said}</span></label>`;
}

/** A tick that may also be left to the platform, unless it is needed. */
function yesOrNo({ label: said, kind, id, value, set, required, described, invalid }) {
  const chosen = value === undefined ? "" : String(value);
  const read = (event) => set(event.target.value === "" ? undefined : event.target.value === "true");
  return html`${label(id, said)}<select class="input" id=${id} aria-describedby=${described} aria-invalid=${invalid} @change=${read}>
    ${unset(kind, required, chosen)}${[["true", "Yes"], ["false", "No"]].map(([each, says]) => html`<option value=${each} ?selected=${each === chosen}>${says}</option>`)}
  </select>`;
}

/** Whether a list is one of whole texts (the posts of a thread, the answers of a poll), each with a field of its own. */
function isTexts(kind, root) {
  if (kind.type !== "array") return false;
  const items = plain(kind.items ?? {}, root);
  return items.type === "string" && !items.enum && (Boolean(items.counted) || (items.maxLength ?? 0) > LONG_TEXT || (kind.minItems ?? 0) > 1);
}

function list(given) {
  const { label: said, kind, root, id, value, set, described, invalid } = given;
  const items = plain(kind.items ?? {}, root);
  if (items.type === "object") return entries(given, items);
  if (isTexts(kind, root)) return texts(given, items);
  const read = (event) => {
    const lines = event.target.value.split("\n").map((line) => line.trim()).filter(Boolean);
    set(lines.length ? lines : undefined);
  };
  // What is typed stays as it is typed; only what comes from elsewhere replaces it.
  const shown = (value ?? []).join("\n");
  return html`${label(id, html`${said}, one per line`)}<textarea class="input" id=${id} rows="2" aria-describedby=${described} aria-invalid=${invalid} .value=${shown} @change=${read}></textarea>`;
}

/** A list of texts: a field for each with its counter; the first ones are there already where a list needs them. */
function texts({ name, label: said, kind, id, value, set, faults }, items) {
  const rule = ruleOf(items);
  const rows = value ?? Array(kind.minItems ?? 0).fill("");
  const noun = name.endsWith("s") ? humanise(name.slice(0, -1)) : "Text";
  const change = (at, row) => set(rows.map((each, index) => (index === at ? row : each)));
  const drop = (at) => { const left = rows.filter((_, index) => index !== at); set(left.length ? left : undefined); };
  const long = (rule?.limit ?? 0) > LONG_CHOICE;
  return html`<fieldset class="group"><legend class="lab">${said}</legend>
    ${rows.map((row, at) => {
      const [problem] = below(faults, at);
      const about = { id: `${id}-${at}`, described: problem ? `${id}-${at}-say` : nothing, invalid: problem ? "true" : nothing };
      const typed = (event) => change(at, event.target.value);
      return html`<div class="entry"><div class="field"><span class="lab-row"><label for=${about.id}>${noun} ${at + 1}</label>${rule ? tally(row, rule) : nothing}</span>
        ${long
          ? html`<textarea class="input" id=${about.id} rows="3" .value=${live(row)} aria-describedby=${about.described} aria-invalid=${about.invalid} @input=${typed}></textarea>`
          : html`<input class="input" id=${about.id} .value=${live(row)} aria-describedby=${about.described} aria-invalid=${about.invalid} @input=${typed}>`}
        ${problem ? html`<p class="err-msg" id=${about.described}>${icon("circle-alert", "i-s")}${problem.message}</p>` : nothing}</div>
        ${rows.length > (kind.minItems ?? 0) ? html`<button class="btn sm icon-only ghost" type="button" @click=${() => drop(at)}>${icon("trash-2")}<span class="vh">Remove ${noun.toLowerCase()} ${at + 1}</span></button>` : nothing}</div>`;
    })}
    ${rows.length < (kind.maxItems ?? Infinity) ? html`<div><button class="btn sm" type="button" id=${id} @click=${() => set([...rows, ""])}>${icon("plus", "i-s")}Add ${noun.toLowerCase()} ${rows.length + 1}</button></div>` : nothing}</fieldset>`;
}

function entries({ label: said, kind, root, id, value, set, faults, zone }, items) {
  const rows = value ?? [];
  const change = (at, row) => set(rows.map((each, index) => (index === at ? row : each)));
  const drop = (at) => { const left = rows.filter((_, index) => index !== at); set(left.length ? left : undefined); };
  return html`<fieldset class="group"><legend class="lab">${said}</legend>
    ${rows.map((row, at) => html`<div class="entry">
      <div class="opts-in">${members(items, root, { id: `${id}-${at}`, value: row, set: (next) => change(at, next), faults: below(faults, at), zone })}</div>
      <button class="btn sm icon-only ghost" type="button" @click=${() => drop(at)}>${icon("trash-2")}<span class="vh">Remove ${at + 1} of ${said}</span></button></div>`)}
    ${rows.length < (kind.maxItems ?? Infinity) ? html`<div><button class="btn sm" type="button" id=${id} @click=${() => set([...rows, {}])}>${icon("plus", "i-s")}Add<span class="vh"> to ${said}</span></button></div>` : nothing}</fieldset>`;
}

/** A group of fields; one that may be left out altogether is a button until it is wanted. */
function group({ name, label: said, kind, root, id, value, set, faults, zone }) {
  const noun = humanise(name);
  if (kind.nullable && value === undefined) {
    return html`<div><button class="btn sm" type="button" id=${id} @click=${() => set({})}>${icon("plus", "i-s")}Add ${noun.toLowerCase()}</button></div>`;
  }
  const settle = (next) => set(kind.nullable || Object.keys(next).length ? next : undefined);
  return html`<fieldset class="group"><legend class="lab">${said}</legend>
    <div class="opts-in wide">${members(kind, root, { id, value: value ?? {}, set: settle, faults, zone })}</div>
    ${kind.nullable ? html`<div><button class="btn sm ghost" type="button" @click=${() => set(undefined)}>${icon("trash-2", "i-s")}Remove ${noun.toLowerCase()}</button></div>` : nothing}</fieldset>`;
}

function members(kind, root, { id, value, set, faults, zone }) {
  return Object.entries(kind.properties ?? {}).map(([name, schema]) =>
    field(name, schema, root, {
      id: `${id}-${name}`,
      value: value[name],
      set: (next) => set(put(value, name, next)),
      faults: below(faults, name),
      required: kind.required?.includes(name) ?? false,
      zone,
    }));
}

const DRAWN = { boolean: tick, integer: amount, number: amount, array: list, object: group };
