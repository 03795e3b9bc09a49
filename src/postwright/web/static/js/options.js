// Fields for a platform's options, drawn from their JSON schema: choices, text, numbers, ticks, lists, groups.
import { html, icon, live, nothing } from "./lit.js";

const LONG_TEXT = 160;

/** "first_comment" and "FIRST_COMMENT" as people read it. */
export function humanise(name) {
  const words = String(name).replaceAll("_", " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const own = (schema, name) =>
  schema.title && schema.title.toLowerCase() !== name.replaceAll("_", " ") ? schema.title : humanise(name);

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

/** One field. `value` as it stands, `set(value)` with undefined for "not set", `problem` a message beside it. */
export function field(name, schema, root, { id, value, set, problem = "" }) {
  const kind = plain(schema, root);
  const draw = kind.enum ? choice : (DRAWN[kind.type] ?? text);
  const wide = kind.type === "object" || kind.type === "array" || (kind.maxLength ?? 0) > LONG_TEXT;
  return html`<div class="field ${wide ? "full" : ""}">
    ${draw({ name, label: own(kind, name), kind, root, id, value, set, described: problem || kind.description ? `${id}-say` : nothing, invalid: problem ? "true" : nothing })}
    ${problem
      ? html`<p class="err-msg" id="${id}-say">${icon("circle-alert", "i-s")}${problem}</p>`
      : kind.description
        ? html`<p class="hint" id="${id}-say">${kind.description}</p>`
        : nothing}
  </div>`;
}

const label = (id, words) => html`<label for=${id}>${words}</label>`;

function choice({ label: words, kind, id, value, set, described, invalid }) {
  const chosen = value ?? kind.default ?? "";
  return html`${label(id, words)}<select class="input" id=${id} aria-describedby=${described} aria-invalid=${invalid}
    @change=${(event) => set(event.target.value || undefined)}>
    <option value="" ?selected=${chosen === ""}>As usual</option>
    ${kind.enum.filter((each) => each !== null).map((each) => html`<option value=${each} ?selected=${each === chosen}>${humanise(each)}</option>`)}
  </select>`;
}

function text({ label: words, kind, id, value, set, described, invalid }) {
  const typed = (event) => set(event.target.value || undefined);
  const now = value ?? kind.default ?? "";
  if ((kind.maxLength ?? 0) > LONG_TEXT) {
    return html`${label(id, words)}<textarea class="input" id=${id} rows="2" .value=${live(now)} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}></textarea>`;
  }
  const type = kind.format === "uri" ? "url" : kind.format === "date-time" ? "datetime-local" : "text";
  return html`${label(id, words)}<input class="input" id=${id} type=${type} .value=${live(now)} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}>`;
}

function amount({ label: words, kind, id, value, set, described, invalid }) {
  const typed = (event) => set(event.target.value === "" ? undefined : Number(event.target.value));
  return html`${label(id, words)}<input class="input" id=${id} type="number" min=${kind.minimum ?? nothing} max=${kind.maximum ?? nothing}
    step=${kind.type === "integer" ? 1 : "any"} .value=${live(String(value ?? kind.default ?? ""))} aria-describedby=${described} aria-invalid=${invalid} @input=${typed}>`;
}

function tick(given) {
  const { label: words, kind, id, value, set, described } = given;
  if (kind.nullable) return yesOrNo(given);
  return html`<label class="check" for=${id}><input type="checkbox" id=${id} .checked=${live(value ?? kind.default ?? false)}
    aria-describedby=${described} @change=${(event) => set(event.target.checked)}><span>${words}</span></label>`;
}

/** A tick that may also be left to the platform. */
function yesOrNo({ label: words, id, value, set, described, invalid }) {
  const chosen = value === undefined ? "" : String(value);
  const read = (event) => set(event.target.value === "" ? undefined : event.target.value === "true");
  return html`${label(id, words)}<select class="input" id=${id} aria-describedby=${described} aria-invalid=${invalid} @change=${read}>
    ${[["", "As usual"], ["true", "Yes"], ["false", "No"]].map(([each, says]) => html`<option value=${each} ?selected=${each === chosen}>${says}</option>`)}
  </select>`;
}

function list(given) {
  const { label: words, kind, root, id, value, set, described, invalid } = given;
  const items = plain(kind.items ?? {}, root);
  if (items.type === "object") return entries(given, items);
  const read = (event) => {
    const lines = event.target.value.split("\n").map((line) => line.trim()).filter(Boolean);
    set(lines.length ? lines : undefined);
  };
  // What is typed stays as it is typed; only what comes from elsewhere replaces it.
  const shown = (value ?? []).join("\n");
  return html`${label(id, `${words}, one per line`)}<textarea class="input" id=${id} rows="2" aria-describedby=${described} aria-invalid=${invalid} .value=${shown} @change=${read}></textarea>`;
}

function entries({ label: words, root, id, value, set }, items) {
  const rows = value ?? [];
  const change = (at, row) => set(rows.map((each, index) => (index === at ? row : each)));
  const drop = (at) => { const left = rows.filter((_, index) => index !== at); set(left.length ? left : undefined); };
  return html`<fieldset class="group"><legend class="lab">${words}</legend>
    ${rows.map((row, at) => html`<div class="entry">
      <div class="opts-in">${members(items, root, `${id}-${at}`, row, (next) => change(at, next))}</div>
      <button class="btn sm icon-only" type="button" @click=${() => drop(at)}>${icon("trash-2")}<span class="vh">Remove ${at + 1} of ${words}</span></button></div>`)}
    <div><button class="btn sm" type="button" @click=${() => set([...rows, {}])}>${icon("plus", "i-s")}Add<span class="vh"> to ${words}</span></button></div></fieldset>`;
}

function group({ label: words, kind, root, id, value, set }) {
  const settle = (next) => set(Object.keys(next).length ? next : undefined);
  return html`<fieldset class="group"><legend class="lab">${words}</legend>${members(kind, root, id, value ?? {}, settle)}</fieldset>`;
}

function members(kind, root, id, value, set) {
  return Object.entries(kind.properties ?? {}).map(([name, schema]) =>
    field(name, schema, root, { id: `${id}-${name}`, value: value[name], set: (next) => set(put(value, name, next)) }));
}

/** A copy of an object with one member set, or left out when it is undefined. */
export function put(object, name, value) {
  return value === undefined ? without(object, name) : { ...object, [name]: value };
}

const DRAWN = { boolean: tick, integer: amount, number: amount, array: list, object: group };
