// The post that is being written, kept in this browser until it is sent: closing the page loses nothing.
const SAVE_MS = 600;

export class Draft {
  constructor(workspace) {
    this.key = `postwright.draft.${workspace}`;
  }

  /** What was kept; null if nothing was, or if it cannot be read. */
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return null;
    }
  }

  /** Keep what `snapshot()` gives, soon; `done` is told whether there was anything to keep. */
  keep(snapshot, done) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const post = snapshot();
      const something = Boolean(post.caption || post.media.length);
      if (something) localStorage.setItem(this.key, JSON.stringify(post));
      else localStorage.removeItem(this.key);
      done(something);
    }, SAVE_MS);
  }

  /** It was sent. */
  drop() {
    clearTimeout(this.timer);
    localStorage.removeItem(this.key);
  }
}
