// What a post shows beside its text and media, found in the shape of its options: a title, a link, a poll, further texts.

const isAddress = (value) => typeof value === "string" && /^https?:\/\/\S/.test(value);
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** {title, link: {url, host, title, description}, poll: {question, answers}, thread: [texts], comment}: what was not given is empty. */
export function attached(kind, options) {
  const mine = Object.entries(options).filter(([name]) => kind?.options.includes(name));
  const value = (wanted) => mine.find(([name]) => name === wanted)?.[1];
  const objects = mine.map(([, each]) => each).filter(isObject);
  const poll = objects.find((each) => Array.isArray(each.options));
  const card = objects.find((each) => isAddress(each.url ?? each.source));
  const thread = value("thread")?.filter((text) => text.trim());
  return {
    title: value("title"),
    link: card ? link(card.url ?? card.source, card) : isAddress(value("link")) ? link(value("link"), {}) : null,
    poll: poll ? { question: poll.question, answers: poll.options.filter(Boolean) } : null,
    thread: thread ?? [],
    comment: value("first_comment"),
  };
}

function link(url, { title, description }) {
  return { url, host: URL.canParse(url) ? new URL(url).host.replace(/^www\./, "") : url, title, description };
}
