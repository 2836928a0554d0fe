// Keys that go: ctrl-K finds, "g t" and the like lead somewhere, "/" searches, "?" shows them all.
"use strict";

{
  const page = document.body.dataset;
  const waits = 1500; // milliseconds that a second key may take
  let first = ""; // "g" while its second key is awaited
  let since = 0;

  const dialog = () => document.getElementById("dialog");
  const show = (address) => htmx.ajax("GET", address, { target: "#dialog" });
  const line = () => document.getElementById("palette-line");
  const hits = () => [...document.querySelectorAll("#palette-hits [role=option]")];

  function go(key) {
    const links = [...document.querySelectorAll("[data-go]")];
    const found = links.find((link) => link.dataset.go === key);
    if (found) location.assign(found.href);
    return Boolean(found);
  }

  function choose(position) {
    const all = hits();
    if (!all.length) return line().removeAttribute("aria-activedescendant");
    const at = (position + all.length) % all.length;
    all.forEach((hit, each) => hit.setAttribute("aria-selected", String(each === at)));
    all[at].scrollIntoView({ block: "nearest" });
    line().setAttribute("aria-activedescendant", all[at].id);
  }

  function keyInPalette(event) {
    const at = hits().findIndex((hit) => hit.ariaSelected === "true");
    if (event.key === "ArrowDown") choose(at + 1);
    else if (event.key === "ArrowUp") choose(at - 1);
    else if (event.key === "Enter" && at >= 0) hits()[at].click();
    else return;
    event.preventDefault();
  }

  function onePress(event) {
    if (event.key === "?") show(page.keys);
    else if (event.key === "/") {
      const search = document.querySelector(".top-search input, main input[type=search]");
      if (search && search.offsetParent) search.focus();
      else location.assign(page.search);
    } else if (event.key === "g") [first, since] = ["g", event.timeStamp];
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.shiftKey) {
      event.preventDefault();
      if (!line()) show(page.find);
      return;
    }
    if (event.target.id === "palette-line") return keyInPalette(event);
    if (event.ctrlKey || event.metaKey || isTyping(event.target) || dialog().open) return;
    const awaited = first === "g" && event.timeStamp - since < waits;
    first = "";
    if (awaited && go(event.key)) return event.preventDefault();
    onePress(event);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "dialog" && line()) line().focus();
    if (["dialog", "palette-hits"].includes(event.target.id) && line()) choose(0);
  });
}
