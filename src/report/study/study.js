(() => {
  const root = document.documentElement, all = s => [...document.querySelectorAll(s)];
  const speak = to => {
    const lang = to.startsWith("zh") ? "zh-CN" : "en";
    root.lang = lang;
    all("[data-lang-to]").forEach(b => b.setAttribute("aria-pressed", b.dataset.langTo === lang));
    all("[data-aria-en]").forEach(e => e.setAttribute("aria-label", lang === "en" ? e.dataset.ariaEn : e.dataset.ariaZh));
    measure();
  };
  const theme = to => {
    const dark = (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    root.dataset.theme = to || (dark ? "light" : "dark");
  };
  // How far the page is wider than the window: zero on a sound page; tests read it.
  const measure = () => setTimeout(() => { document.body.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth); }, 0);
  // Tables sort by the column whose heading is pressed; numbers by their values.
  all("th button").forEach(b => b.addEventListener("click", () => {
    const th = b.parentElement, table = th.closest("table"), body = table.tBodies[0], k = th.cellIndex;
    const value = row => { const n = row.cells[k].querySelector("[data-value]"); return n ? +n.dataset.value : row.cells[k].textContent; };
    const down = th.getAttribute("aria-sort") !== "descending";
    [...table.tHead.rows[0].cells].forEach(c => c.removeAttribute("aria-sort"));
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), root.lang, { numeric: true });
    body.append(...[...body.rows].map(r => [value(r), r]).sort((a, b) => order(a[0], b[0]) * (down ? -1 : 1)).map(r => r[1]));
  }));
  all("[data-lang-to]").forEach(b => b.addEventListener("click", () => speak(b.dataset.langTo)));
  document.getElementById("theme").addEventListener("click", () => theme());
  const asked = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  if (asked.get("theme")) theme(asked.get("theme"));
  speak(asked.get("lang") || (navigator.language || "en"));
  window.addEventListener("resize", measure);
  document.body.dataset.ready = "yes";
})();
