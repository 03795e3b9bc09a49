// The media of the post: those for all channels, and those of a channel that has its own. A file is replaced in its list,
// never changed, once its upload is over: lists share files.
import { announce, toast } from "./ui.js";
import { upload } from "./upload.js";

const $ = (selector) => document.querySelector(selector);

export const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What people call a file of this type. */
export const nounOf = (item) => ({ video: "Video", document: "Document" })[item.type] ?? "Picture";

/** What a browser's file will be, before the server has looked into it. */
const typeOf = (file) => (file.type.startsWith("video/") ? "video" : file.type.startsWith("image/") ? "image" : "document");

/** A stored file as the tray has it. */
const kept = (item) => ({ ...item, key: randomKey() });

/** A file as it is kept in the draft: without what belongs to its upload. */
function bare({ file, stored, busy, progress, problem, ...item }) {
  return stored ? { ...item, url: stored.url, thumb_url: stored.thumb_url } : item;
}

export class Shelf {
  constructor(changed, redraw) {
    this.changed = changed;
    this.redraw = redraw;
    this.fill([], {});
  }

  /** Start with stored files. */
  fill(shared, own) {
    this.shared = shared.map(kept);
    this.own = Object.fromEntries(Object.entries(own).map(([id, list]) => [id, list.map(kept)]));
  }

  /** Everything on it, to be filled in again. */
  snapshot() {
    const stored = (list) => list.filter((item) => item.id && !item.busy && !item.problem).map(bare);
    return { media: stored(this.shared), own_media: Object.fromEntries(Object.entries(this.own).map(([id, list]) => [id, stored(list)])) };
  }

  /** The files of a tab: {key, id, type, mime, url, thumb_url, alt_text, width, height, pages, name, busy, progress, problem}. */
  of = (tab) => this.own[tab] ?? this.shared;

  isOwn = (id) => this.own[id] !== undefined;

  /** Those of an account that will go out with its post. */
  usable = (id) => this.of(id).filter((item) => !item.problem);

  /** The same as the API takes them. */
  sent = (id) => this.usable(id).filter((item) => item.id && !item.busy).map((item) => (item.alt_text ? { id: item.id, alt_text: item.alt_text } : { id: item.id }));

  /** Uploads under way, of these accounts and of the list for all. */
  busy = (ids) => new Set([...this.shared, ...ids.flatMap((id) => this.own[id] ?? [])].filter((item) => item.busy)).size;

  /** Give a tab another list: a channel's tab gets a list of its own by that. */
  set(tab, list) {
    if (tab === "all") this.shared = list;
    else this.own[tab] = list;
    this.changed();
  }

  /** The channel goes back to the files for all; the function that was returned undoes it. */
  common(id) {
    const own = this.own[id];
    delete this.own[id];
    this.changed();
    return () => this.set(id, own);
  }

  add(tab, files) {
    const items = [...files].map((file) => ({ key: randomKey(), type: typeOf(file), mime: file.type, url: URL.createObjectURL(file), name: file.name, alt_text: "", busy: true, progress: 0, file }));
    this.set(tab, [...this.of(tab), ...items]);
    for (const item of items) this.send(item);
  }

  async send(item) {
    Object.assign(item, { busy: true, progress: 0, problem: "" });
    this.redraw();
    try {
      const stored = await upload(item.file, (progress) => { item.progress = progress; this.redraw(); });
      // The picture that the browser already has stays on the screen; alt text typed meanwhile is kept.
      const { id, type, mime, width, height, duration, pages } = stored;
      Object.assign(item, { id, type, mime, width, height, duration, pages, stored });
      if (type === "document") item.thumb_url = stored.thumb_url;
      item.alt_text ||= stored.alt_text ?? "";
      announce(`${item.name} uploaded`);
    } catch (error) {
      item.problem = error.message;
      announce(`${item.name} was not uploaded: ${error.message}`);
    }
    item.busy = false;
    this.changed();
  }

  move(tab, from, to) {
    const list = [...this.of(tab)];
    if (to < 0 || to >= list.length || from === to) return;
    list.splice(to, 0, ...list.splice(from, 1));
    this.set(tab, list);
    announce(`Moved to place ${to + 1} of ${list.length}`);
  }

  remove(tab, item) {
    const list = this.of(tab);
    const wasOwn = this.isOwn(tab);
    this.set(tab, list.filter((each) => each.key !== item.key));
    const undo = () => (tab === "all" || wasOwn ? this.set(tab, list) : this.common(tab));
    toast(`${item.name ?? "File"} left out`, { undo });
  }

  /** Ask for the text that stands for a file; where the dialog is saved, the file has it. */
  async describe(tab, item) {
    const box = $("#alt");
    const shown = item.thumb_url ?? (item.type === "image" ? item.url : "");
    $("#alt-title").textContent = `Describe the ${nounOf(item).toLowerCase()}`;
    $("#alt-pic").hidden = !shown;
    if (shown) $("#alt-pic").src = shown;
    $("#alt-text").value = item.alt_text ?? "";
    box.returnValue = "";
    box.showModal();
    await new Promise((done) => { box.addEventListener("close", done, { once: true }); });
    if (box.returnValue !== "save") return;
    const alt_text = $("#alt-text").value.trim();
    this.set(tab, this.of(tab).map((each) => (each.key === item.key ? { ...each, alt_text } : each)));
  }
}
