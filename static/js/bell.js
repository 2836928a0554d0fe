// The bell looks again once a minute while somebody is looking, and when they come back. Works without as well:
// every page brings its own number.
"use strict";

{
  const MINUTE = 60_000;
  const AGAIN = 15_000; // sooner than that, coming back changes nothing
  let last = Date.now();

  const look = (after) => {
    if (document.hidden || Date.now() - last < after || !window.htmx) return;
    last = Date.now();
    window.htmx.trigger(document.body, "look");
  };

  setInterval(() => look(MINUTE / 2), MINUTE);
  document.addEventListener("visibilitychange", () => look(AGAIN));
  window.addEventListener("focus", () => look(AGAIN));
}
