/* The reviewer's keys: J and K move through the queue, A approves, R rejects, 1–6 choose a reason. Never while something
   is being typed, never with a modifier, and not when the reader has turned them off. */
(() => {
  "use strict";
  const OFF = "shortcuts-off";
  const off = () => localStorage.getItem(OFF) === "1";
  const mirror = () => {
    for (const box of document.querySelectorAll("[data-shortcuts]")) box.checked = !off();
  };

  const move = (step) => {
    const lines = [...document.querySelectorAll(".queue a")];
    const at = lines.findIndex((line) => line.hasAttribute("aria-current"));
    lines[Math.min(Math.max(at + step, 0), lines.length - 1)]?.click();
  };

  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (/^[ar1-6]$/.test(key)) document.querySelector(`.foot-desk [data-key="${key}"]`)?.click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-shortcuts]")) return;
    localStorage.setItem(OFF, event.target.checked ? "0" : "1");
  });

  // A new review on the desk: its heading takes the focus, and its line stays in sight.
  document.addEventListener("htmx:afterSwap", (event) => {
    mirror();
    if (event.detail.target.id !== "desk" && event.detail.elt.id !== "desk") return;
    document.getElementById("item-title")?.focus({ preventScroll: true });
    document.querySelector(".queue [aria-current]")?.scrollIntoView({ block: "nearest" });
  });
  mirror();
})();
