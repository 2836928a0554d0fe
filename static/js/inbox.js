// The inbox by keys: j and k move, Enter opens (it is a link), e marks as read and moves on, u marks as unread.
"use strict";

{
  let last = ""; // the entry that keys have come to

  const current = () => document.activeElement.closest("[data-entry]")?.querySelector(".entry-link");

  const move = (step) => {
    const all = [...document.querySelectorAll("[data-entry] .entry-link")];
    const here = current();
    const next = here ? all[all.indexOf(here) + step] : all[0];
    if (!next) return;
    last = next.id;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  // Marks the entry that has the focus, if it is not so already.
  const mark = (unread) => {
    const entry = current()?.closest("[data-entry]");
    if (!entry) return;
    if (entry.classList.contains("entry-unread") !== unread) entry.querySelector(".entry-mark").click();
    if (!unread) move(1);
  };

  const keys = { j: () => move(1), k: () => move(-1), e: () => mark(false), u: () => mark(true) };

  // The list comes anew after each mark; where one was, one stays.
  document.addEventListener("htmx:afterSettle", () => {
    if (last && document.activeElement === document.body) document.getElementById(last)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}
