// Conveniences only: everything about an item works without this file.
"use strict";

// A file that is too large is told before it is sent; the server refuses it, too.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-most]")) return;
  const file = input.files[0], most = Number(input.dataset.most);
  const size = (bytes) => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MB`;
  const large = file && file.size > most;
  input.setCustomValidity(large ? `This file has ${size(file.size)}; at most ${size(most)} are kept.` : "");
  if (large) input.reportValidity();
});

// Ctrl+Enter (Cmd+Enter) in a comment sends it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("#comments form, #dialog form");
  if (form && event.target.matches("textarea")) form.requestSubmit();
});
