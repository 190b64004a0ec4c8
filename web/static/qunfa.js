/* The little the browser must do itself. No state is kept here: the server renders every state. */
(() => {
  "use strict";
  const TOAST_MS = 6000;
  const SENT_MS = 10000;
  const YEAR_S = 31536000;
  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR_S : 0}; SameSite=Lax${secure}`;
  };

  const chooseTheme = (value) => {
    remember("theme", value);
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === value));
  };

  const chooseLanguage = (value) => {
    remember("lang", value);
    const here = new URL(location.href);
    here.searchParams.delete("lang");
    location.replace(here);
  };

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copies);
    const word = button.querySelector("span");
    const before = word.textContent;
    word.textContent = button.dataset.copied;
    setTimeout(() => { word.textContent = before; }, 2000);
  };

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    let found;
    if ((found = at("[data-theme-choice]"))) chooseTheme(found.dataset.themeChoice);
    else if ((found = at("[data-lang]"))) { event.preventDefault(); chooseLanguage(found.dataset.lang); }
    else if ((found = at("[data-opens]"))) document.getElementById(found.dataset.opens)?.showModal();
    else if ((found = at("[data-closes]"))) found.closest("dialog").close();
    else if ((found = at("[data-copies]"))) copy(found);
    else if ((found = at("[data-dismisses]"))) found.closest("[data-toast]").remove();
    else if ((found = at("[data-empties]"))) document.getElementById(found.dataset.empties).replaceChildren();
    else if ((found = at("[aria-disabled='true']"))) event.preventDefault();
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // A guarded button wakes when the number above it matches; the server asks again.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset.guard) {
      const matches = field.value.replace(/[,，\s]/g, "") === field.dataset.guard;
      field.form.querySelector("[type=submit]").setAttribute("aria-disabled", String(!matches));
    }
    if (!field.id) return;
    const counter = document.querySelector(`[data-counts="${CSS.escape(field.id)}"]`);
    if (counter) {
      const used = [...field.value].length;
      counter.textContent = `${used} / ${counter.dataset.limit}`;
      counter.classList.toggle("over", used > Number(counter.dataset.limit));
    }
  });
  // A second press while the first is under way is no second act; a page come back to may be sent again.
  let sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const twice = Date.now() - (sent.get(form) ?? 0) < SENT_MS;
    if (twice || form.querySelector("[type=submit][aria-disabled='true']")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (form.matches("[method=post], [hx-post]")) sent.set(form, Date.now());
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => sent.delete(event.detail.elt));
  window.addEventListener("pageshow", () => { sent = new WeakMap(); });

  // What was typed when the session turned out to be over waits in this tab for the way back through the sign-in.
  const KEPT = "kept";
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.detail.elt.closest("form");
    if (event.detail.xhr.status !== 401 || !form) return;
    const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
    sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, form: form.id, typed }));
  });
  const giveBack = ({ form, typed }) => {
    for (const field of document.getElementById(form)?.elements ?? []) {
      const ticked = field.matches("[type=radio], [type=checkbox]");
      const next = typed.findIndex(([name, value]) => name === field.name && (!ticked || value === field.value));
      if (ticked) field.checked = next >= 0;
      else if (next >= 0 && !field.matches("[type=hidden], [type=file]")) field.value = typed[next][1];
      if (next >= 0) typed.splice(next, 1);
    }
    document.getElementById(form)?.dispatchEvent(new Event("input", { bubbles: true }));
  };
  window.addEventListener("load", () => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (!kept || location.pathname === "/sign-in") return;
    sessionStorage.removeItem(KEPT);
    if (kept.page === location.pathname) giveBack(kept);
  });

  // Toasts leave after six seconds, not while someone reads or points at them.
  const expire = (toast) => {
    if (toast.dataset.seen) return;
    toast.dataset.seen = "1";
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST_MS) : toast.remove());
    setTimeout(leave, TOAST_MS);
  };
  const expireAll = () => document.querySelectorAll("#toasts [data-toast]").forEach(expire);
  expireAll();
  document.addEventListener("htmx:oobAfterSwap", expireAll);

  document.addEventListener("htmx:afterSwap", (event) => {
    expireAll();
    const box = event.detail.target;
    const summary = box.isConnected ? box.querySelector("[data-summary]") : document.querySelector("[data-summary]");
    // Once for each time the server sends it: an autosave later must not take the focus from a field.
    if (summary && !summary.dataset.seen) { summary.dataset.seen = "1"; summary.focus(); }
  });

  // Nothing polls in a tab nobody looks at; the first look back asks at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[data-poll]")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const part of document.querySelectorAll("[data-poll]")) window.htmx?.trigger(part, "poll");
  });

  // A refusal names its own place (HX-Retarget) and is shown there, whatever its status.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  // A failed poll leaves the old figures and marks them stale; any other failure is said at the foot of the page.
  const refused = document.getElementById("refused");
  const say = (key) => (event) => {
    const poll = event.detail.elt.closest("[data-poll]");
    if (poll) { poll.setAttribute("data-stale", ""); return; }
    const line = document.createElement("p");
    line.textContent = refused.dataset[key];
    refused.replaceChildren(line);
  };
  document.addEventListener("htmx:sendError", say("offline"));
  document.addEventListener("htmx:timeout", say("offline"));
  document.addEventListener("htmx:responseError", say("refused"));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.matches("[data-poll]")) refused.replaceChildren();
  });
})();
