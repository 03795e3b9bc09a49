// Live states. One event stream per visible tab (a browser allows six connections to a host, so a hidden tab lets go of
// its own); it goes on from the last event that was seen, at first from the page's own time. An event names a post; the
// parts of the page that show it fetch their own address again. One without a post means that anything may have changed.
const REFRESH_MS = 250;
const WORDS = { wait: "Connecting…", on: "Live", off: "Reconnecting…" };

let source;
let lastId = document.querySelector("meta[name=seen]").content;
let changed = new Set();
let timer;

function show(state) {
  for (const node of document.querySelectorAll("[data-live]")) {
    node.dataset.state = state;
    node.lastElementChild.textContent = WORDS[state];
  }
}

function listen() {
  if (document.hidden) {
    source?.close();
    source = undefined;
    return;
  }
  if (source) return;
  source = new EventSource(`/events?last_event_id=${lastId}`);
  source.onopen = () => show("on");
  source.onerror = () => {
    show("off");
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined;
      setTimeout(listen, 5000);
    }
  };
  source.onmessage = (event) => {
    if (event.lastEventId) lastId = event.lastEventId;
    refresh(JSON.parse(event.data).post);
  };
}

/** Refresh what shows this post (all posts, when undefined), soon and once for a burst of events. */
function refresh(post) {
  changed.add(post);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const posts = changed;
    changed = new Set();
    const all = posts.has(undefined);
    for (const list of document.querySelectorAll("[data-live-list]:not([data-extended])")) update(list);
    for (const node of document.querySelectorAll("[data-live-post][hx-get]")) {
      const listed = node.closest("[data-live-list]:not([data-extended])");
      if (!listed && (all || posts.has(node.dataset.livePost))) update(node);
    }
  }, REFRESH_MS);
}

/** What holds a form that is being filled in is left as it is. */
function update(node) {
  const typed = [...node.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
  if (!typed) window.htmx?.trigger(node, "live");
}

// A list that was extended by "Show more" is refreshed row by row from then on.
document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-extends]")?.closest("[data-live-list]");
  if (list) list.dataset.extended = "";
});

if (document.querySelector("[data-live]")) {
  show("wait");
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { source?.close(); source = undefined; });
  addEventListener("pageshow", listen);
  listen();
}
