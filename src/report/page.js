(() => {
  const D = JSON.parse(document.getElementById("facts").textContent);
  const root = document.documentElement;
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  let lang = "en";

  // --- Words and numbers: the same steps as in the engine --------------------------------------------------------
  const t = (key, slots) => {
    const w = D.words[key];
    let text = w ? w[lang === "en" ? 0 : 1] : key;
    for (const name in slots || {}) text = text.replace(`{${name}}`, slots[name]);
    return text;
  };
  const thousands = n => n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const fixed = (size, d) => {
    const power = 10 ** d, units = Math.floor(size * power + 0.5);
    const whole = thousands(Math.floor(units / power));
    return [d ? whole + "." + String(units % power).padStart(d, "0") : whole, units === 0];
  };
  const money = size => {
    const steps = lang === "en" ? [[1e9, " bn", 1e9], [1e6, " M", 1e6], [1e4, " k", 1e3]] : [[1e8, "亿", 1e8], [1e4, "万", 1e4]];
    const [, word, unit] = steps.find(s => size >= s[0]) || [0, "", 1];
    const scaled = size / unit;
    const [digits, zero] = fixed(scaled, !word ? 0 : scaled < 10 ? 2 : scaled < 100 ? 1 : 0);
    const cny = D.currency === "CNY";
    return [lang === "en" ? (cny ? "¥" : D.currency + " ") + digits + word : digits + word + (cny ? "元" : " " + D.currency), zero];
  };
  const tail = ([text, zero], unit) => [text + unit, zero];
  const show = (v, kind, plus) => {
    const size = Math.abs(v);
    const [body, zero] =
      kind === "money" ? money(size)
      : kind === "cars" || kind === "heat" ? fixed(size, size < 10 && size % 1 !== 0 ? 1 : 0)
      : kind === "share" ? tail(fixed(size * 100, 1), "%")
      : kind === "points" ? tail(fixed(size * 100, 1), lang === "en" ? " pp" : "个百分点")
      : kind === "one" ? fixed(size, 1)
      : kind === "two" || kind === "coefficient" ? fixed(size, 2)
      : fixed(size, 0);
    return v < 0 && !zero ? "−" + body : plus && v > 0 && /[1-9]/.test(body) ? "+" + body : body;
  };
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const date = text => {
    const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    return !m ? text : lang === "en" ? `${+m[3]} ${MONTHS[m[2] - 1]} ${m[1]}` : `${m[1]}年${+m[2]}月${+m[3]}日`;
  };
  // Without the year, where space is short.
  const day = text => {
    const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    return !m ? text : lang === "en" ? `${+m[3]} ${MONTHS[m[2] - 1]}` : `${+m[2]}月${+m[3]}日`;
  };
  const el = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) if (v !== null && v !== undefined) e.setAttribute(k, v);
    e.append(...children.filter(c => c !== null && c !== undefined));
    return e;
  };
  const number = (v, kind, key) =>
    v === null || v === undefined ? el("span", { class: "n" }, "–")
      : el("span", { class: "n", "data-key": key, "data-value": v, "data-kind": kind === "heat" ? "cars" : kind === "coefficient" ? "two" : kind }, show(v, kind));

  // --- Tables by columns -----------------------------------------------------------------------------------------
  const along = list => { let at = 0; return list.map(step => at += step); };
  const listed = c => [...c.i].map(i => c.d[typeof i === "string" ? parseInt(i, 36) : i]);
  const worded = (c, rows) => rows.map(([at, ...numbers]) => c.p[at].map((words, k) => words + (numbers[k] ?? "")).join(""));
  // Plain values; steps; places among the sites; what the sites say of another column's; texts of a list; wordings with
  // numbers.
  const column = (c, table) =>
    Array.isArray(c) ? c
      : c["+"] ? along(c["+"])
      : c.s ? along(c.s).map(i => sites.site_id[i])
      : c.of ? column(table[c.of], table).map(id => sites[c.take][siteAt.get(id)])
      : c.d ? listed(c)
      : worded(c, c.like ? table[c.like].i : c.i);
  const open = table => {
    const columns = {};
    for (const name in table) columns[name] = column(table[name], table);
    return columns;
  };
  const index = ids => { const m = new Map(); (ids || []).forEach((id, i) => m.set(id, i)); return m; };
  const sites = open(D.sites), models = open(D.models), formats = open(D.formats);
  const siteAt = index(sites.site_id), modelAt = index(models.model_id), formatAt = index(formats.format_id);
  const tables = {};
  for (const name in D.tables) tables[name] = { ...D.tables[name], data: open(D.tables[name].data) };
  const zones = tables.zones.data, zoneAt = index(zones.zone_id);
  const named = (table, at, id) => at === undefined ? id : (lang !== "en" && table.name_zh[at]) || table.name[at] || id;
  const siteName = id => named(sites, siteAt.get(id), id);
  const zoneName = id => named(zones, zoneAt.get(id), id);
  const bothOf = (data, name, i) => (lang !== "en" && data[name + "_zh"] && data[name + "_zh"][i]) || data[name][i];
  // The text of a cell as it is read, sorted and filtered.
  const cellText = (table, name, kind, i) => {
    const v = table.data[name][i];
    switch (kind) {
      case "site": return v ? siteName(v) : "";
      case "zone": return zoneName(v);
      case "model": return v ? named(models, modelAt.get(v), v) : "";
      case "format": return v ? named(formats, formatAt.get(v), v) : "";
      case "action": return D.words["action." + v] ? t("action." + v) : v;
      case "priority": case "todo": return D.words[kind + "." + v] ? t(kind + "." + v) : v;
      case "severity": return D.words["severity." + v] ? t("severity." + v) : v;
      case "both": return bothOf(table.data, name, i);
      case "flag": return v === null ? "" : t(v ? "table.yes" : "table.no");
      case "date": return date(v);
      case "text": return v;
      default: return v === null ? "–" : show(v, kind);
    }
  };
  const TEXTS = new Set(["site", "zone", "model", "format", "action", "severity", "priority", "todo", "both", "flag", "date", "text"]);
  const rowKey = (table, i) => table.row.map(c => table.data[c][i]).join("|");
  const numberKey = (table, i, name) => {
    const [column, network] = name.split("@");
    return `${table.file}/${rowKey(table, i)}${network ? "|" + network : ""}/${column}`;
  };

  function grid(box) {
    const table = tables[box.dataset.table], data = table.data;
    const count = (data[table.row[0]] || []).length;
    let [by, down] = table.sort || [null, false], words = "", chosen = {}, pages = 1;
    const SIZE = 12;
    const kindOf = name => (table.cols.find(c => c[0] === name) || [0, 0, "text"])[2];
    const heatTop = Math.max(1, ...table.cols.filter(c => c[2] === "heat").flatMap(c => data[c[0]].map(v => v || 0)));
    const search = el("input", { type: "search" });
    const selects = table.facets.map(name => {
      const s = el("select");
      s.addEventListener("change", () => { chosen[name] = s.value; pages = 1; draw(); });
      return [name, s];
    });
    search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); pages = 1; draw(); });
    const head = el("div", { class: "tools" }, ...(count > 8 ? [search, ...selects.map(s => s[1])] : []));
    const scroll = el("div", { class: "scroll", tabindex: "0", role: "region" });
    const foot = el("div", { class: "foot" });
    box.append(head, scroll, foot);
    const heading = ([name, word, kind]) => D.words[word] ? t(word) : day(word);

    function rows() {
      let list = [...Array(count).keys()];
      for (const [name, v] of Object.entries(chosen)) if (v !== "") list = list.filter(i => String(data[name][i]) === v);
      if (words) list = list.filter(i => table.cols.some(([name, , kind]) => TEXTS.has(kind) && String(cellText(table, name, kind, i)).toLowerCase().includes(words))
        || table.row.some(c => String(data[c][i]).toLowerCase().includes(words)));
      if (by) {
        const kind = kindOf(by), textual = TEXTS.has(kind) && kind !== "flag" && kind !== "date";
        const value = i => textual ? cellText(table, by, kind, i) : data[by][i];
        const order = textual ? (a, b) => a[0].localeCompare(b[0], lang) : (a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
        const full = list.filter(i => value(i) !== null && value(i) !== "").map(i => [value(i), i]);
        const empty = list.filter(i => value(i) === null || value(i) === "");
        full.sort((a, b) => order(a, b) * (down ? -1 : 1) || a[1] - b[1]);
        list = full.map(r => r[1]).concat(empty);
      }
      return list;
    }

    function draw() {
      const list = rows(), shown = list.slice(0, pages * SIZE);
      const line = el("tr");
      for (const column of table.cols) {
        const [name, , kind] = column;
        const b = el("button", { type: "button" }, heading(column));
        b.addEventListener("click", () => {
          [by, down] = by === name ? [name, !down] : [name, !TEXTS.has(kind)];
          draw();
          $$("thead button", scroll)[table.cols.indexOf(column)].focus();
        });
        line.append(el("th", { scope: "col", class: TEXTS.has(kind) ? kind : "n", "aria-sort": by === name ? (down ? "descending" : "ascending") : null }, b));
      }
      const body = el("tbody");
      for (const i of shown) {
        const tr = el("tr");
        table.cols.forEach(([name, , kind], c) => {
          let cell;
          if (!TEXTS.has(kind)) {
            cell = el("td", { class: "n" }, number(data[name][i], kind, numberKey(table, i, name)));
            if (kind === "heat" && data[name][i]) cell.classList.add("h" + Math.min(5, Math.ceil(5 * data[name][i] / heatTop)));
            if (kind === "coefficient") cell.classList.add(data[name][i] > 2.5 ? "alarm" : data[name][i] > 1.5 ? "warn" : "fine");
          } else {
            cell = el(c ? "td" : "th", { class: kind, scope: c ? null : "row" });
            const text = String(cellText(table, name, kind, i));
            if ((kind === "site" || kind === "zone") && data[name][i]) {
              const b = el("button", { type: "button", class: "link" }, text);
              b.addEventListener("click", () => { pick(kind === "site" ? "i" : "z", (kind === "site" ? siteAt : zoneAt).get(data[name][i]), true); });
              cell.append(b, " ", el("small", {}, data[name][i]));
            } else if (kind === "action" || kind === "severity" || kind === "priority") cell.append(el("span", { class: "tag " + data[name][i] }, text));
            else cell.append(text);
          }
          tr.append(cell);
        });
        body.append(tr);
      }
      scroll.replaceChildren(el("table", {}, el("thead", {}, line), body));
      scroll.setAttribute("aria-label", t(box.dataset.label));
      foot.replaceChildren();
      const note = [t("table.shown", { shown: thousands(shown.length), total: thousands(list.length) })];
      if (table.kept) note.push(t("table.top", { kept: thousands(table.kept[0]), total: thousands(table.total), by: t(table.kept[1]), file: table.file }));
      else note.push(t("table.allin", { file: table.file }));
      foot.append(el("span", {}, list.length ? note.join(" · ") : t("table.empty")));
      if (shown.length < list.length) {
        const more = el("button", { type: "button", class: "plain" }, t("table.more"));
        more.addEventListener("click", () => { pages *= 3; draw(); });
        foot.append(more);
      }
      const copy = el("button", { type: "button", class: "plain" }, t("table.copy"));
      copy.addEventListener("click", () => {
        const lines = [table.cols.map(heading), ...list.map(i => table.cols.map(([name, , kind]) => TEXTS.has(kind) ? cellText(table, name, kind, i) : data[name][i] ?? ""))];
        copyText(lines.map(l => l.map(c => String(c).replace(/[\t\n]/g, " ")).join("\t")).join("\n"));
        copy.textContent = t("table.copied");
      });
      foot.append(copy);
      measure();
    }
    function relabel() {
      search.placeholder = t("table.filter");
      search.setAttribute("aria-label", t("table.filter"));
      for (const [name, s] of selects) {
        const column = table.cols.find(c => c[0] === name), kind = column ? column[2] : "text", label = column ? t(column[1]) : name;
        const values = [...new Set(data[name].map(String))].filter(v => v !== "" && v !== "null");
        const sample = v => { const i = data[name].findIndex(x => String(x) === v); return cellText(table, name, kind, i); };
        s.replaceChildren(el("option", { value: "" }, `${label}: ${t("table.all")}`), ...values.map(v => el("option", { value: v }, String(sample(v)))));
        s.value = chosen[name] || "";
        s.setAttribute("aria-label", label);
      }
      draw();
    }
    return relabel;
  }
  const copyText = text => {
    const area = el("textarea", { class: "sr" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  // --- Map -------------------------------------------------------------------------------------------------------
  const svg = $("#map-picture"), world = $("#world"), tip = $("#tip"), panel = $("#panel"), ring = $("#ring");
  const box = svg ? svg.viewBox.baseVal : null;
  $$(".stores[data-marks]", svg || document).forEach(stores => {
    for (const run of stores.dataset.marks.split(";").filter(Boolean)) {
      const [look, shape, list] = run.split("|"), places = list.split(",");
      for (let k = 0; k < places.length; k += 3) {
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "use");
        for (const [name, value] of [["class", look], ["href", shape], ["x", places[k + 1]], ["y", places[k + 2]], ["data-i", places[k]]]) mark.setAttribute(name, value);
        stores.append(mark);
      }
    }
    stores.removeAttribute("data-marks");
  });
  const circles = svg ? $$(".z", svg).map(c => [c, +c.getAttribute("r")]) : [];
  const shapes = svg ? $$("defs .shape", svg) : [];
  let zoom = { k: 1, x: 0, y: 0 }, picked = null;
  const placement = tables.placement.data, placedAt = index(placement.site_id);
  const dealers = tables.dealers.data, dealerAt = index(dealers.site_id);
  const moves = open(D.moves), moved = new Map(moves.site.map((site, k) => [site, ["orders", "in", "out"].map(name => moves[name][k])]));
  const flow = open(D.service);
  // Zone, store, cars a year, minutes: the largest first.
  const service = flow.zone.map((z, k) => [z, flow.site[k], flow.cars_per_year[k], flow.travel_min[k]]).sort((a, b) => b[2] - a[2]);

  function apply() {
    const limit = (v, size) => Math.min(0, Math.max(size * (1 - zoom.k), v));
    zoom.x = limit(zoom.x, box.width);
    zoom.y = limit(zoom.y, box.height);
    world.setAttribute("transform", `translate(${zoom.x.toFixed(2)} ${zoom.y.toFixed(2)}) scale(${zoom.k.toFixed(4)})`);
    const unit = box.width / (svg.clientWidth || box.width), narrow = Math.min(1.5, Math.max(1, unit * 0.75));
    shapes.forEach(s => s.setAttribute("transform", `scale(${(s.dataset.scale * narrow * zoom.k ** -0.62).toFixed(3)})`));
    circles.forEach(([c, r]) => c.setAttribute("r", (r * zoom.k ** -0.45).toFixed(2)));
    svg.style.setProperty("--name", (12 * unit * zoom.k ** -1).toFixed(3) + "px");
    // Names need room on the screen: a narrow picture shows none until it is moved closer.
    svg.dataset.level = [0.6, 2, 5, 12].filter(k => zoom.k / unit >= k).length;
    ring.setAttribute("r", (9 * narrow * zoom.k ** -0.75).toFixed(2));
  }
  function zoomAt(factor, px, py) {
    const k = Math.min(40, Math.max(1, zoom.k * factor)), f = k / zoom.k;
    zoom = { k, x: px - (px - zoom.x) * f, y: py - (py - zoom.y) * f };
    apply();
  }
  const middle = () => [box.width / 2, box.height / 2];
  const spot = node => [+(node.getAttribute("cx") ?? node.getAttribute("x")), +(node.getAttribute("cy") ?? node.getAttribute("y"))];
  const nodeOf = (what, i) => $$(`[data-${what}="${i}"]`, world).find(n => getComputedStyle(n).display !== "none") || $(`[data-${what}="${i}"]`, world);
  const toSvg = e => {
    const r = svg.getBoundingClientRect();
    return [(e.clientX - r.left) * box.width / r.width, (e.clientY - r.top) * box.height / r.height];
  };

  const fact = (list, word, value) => { if (value !== null && value !== undefined && value !== "") list.append(el("dt", {}, t(word)), el("dd", {}, value)); };
  const pair = (list, word, table, i, a, b, kind) => {
    if (i === undefined || (table.data[a][i] === null && table.data[b][i] === null)) return;
    list.append(el("dt", {}, t(word)), el("dd", {}, number(table.data[a][i], kind, numberKey(table, i, a)), " → ", number(table.data[b][i], kind, numberKey(table, i, b))));
  };
  function flows(list, what, i) {
    const rows = service.filter(f => f[what === "z" ? 0 : 1] === i);
    if (!rows.length) return;
    const ul = el("ul", { class: "flows" });
    for (const [z, s, cars, minutes] of rows.slice(0, 5)) {
      const b = el("button", { type: "button", class: "link" }, what === "z" ? siteName(sites.site_id[s]) : zoneName(zones.zone_id[z]));
      b.addEventListener("click", () => pick(what === "z" ? "i" : "z", what === "z" ? s : z));
      const key = `service.csv/${zones.zone_id[z]}|${sites.site_id[s]}/`;
      ul.append(el("li", {}, b, el("span", {}, number(cars, "cars", key + "cars_per_year"), " · ", number(minutes, "one", key + "travel_min"), " " + t("unit.min"))));
    }
    list.append(el("h4", {}, t(what === "z" ? "panel.served" : "panel.serves")), ul);
  }
  function store(i) {
    const id = sites.site_id[i], p = placedAt.get(id), d = dealerAt.get(id), list = el("dl"), out = [];
    const kind = sites.kind[i], title = kind === "plant" ? t("panel.plant") : kind === "hub" ? t("panel.hub") : kind === "candidate" ? t("panel.candidate") : t("panel.store");
    out.push(el("p", { class: "over" }, `${title} · ${id}`), el("h3", {}, siteName(id)));
    if (p !== undefined) {
      const tag = el("span", { class: "tag " + placement.action[p] }, cellText(tables.placement, "action", "action", p));
      out.push(el("p", {}, tag, " ", bothOf(placement, "reason", p)));
    }
    fact(list, "col.region", sites.region[i]);
    fact(list, "col.owner", sites.owner[i]);
    if (p !== undefined) {
      const f = n => placement[n][p] ? cellText(tables.placement, n, "format", p) : "–";
      fact(list, "col.format", placement.format_today[p] === placement.format_plan[p] ? f("format_today") : `${f("format_today")} → ${f("format_plan")}`);
      if (placement.moved_to[p]) fact(list, "panel.movesto", siteName(placement.moved_to[p]));
      pair(list, "col.cars.year", tables.placement, p, "sales_today_per_year", "sales_plan_per_year", "cars");
      pair(list, "col.profit.year", tables.placement, p, "profit_today_cny_per_year", "profit_plan_cny_per_year", "money");
      if (placement.capacity_per_year[p] !== null) fact(list, "col.capacity", number(placement.capacity_per_year[p], "cars", `placement.csv/${id}/capacity_per_year`));
      if (placement.one_off_cost_cny[p]) fact(list, "col.one_off", number(placement.one_off_cost_cny[p], "money", `placement.csv/${id}/one_off_cost_cny`));
    } else if (sites.format_id[i]) fact(list, "col.format", named(formats, formatAt.get(sites.format_id[i]), sites.format_id[i]));
    for (const [word, name, kind] of [["kpi.fill_rate", "fill_rate", "share"], ["kpi.stock_mean", "stock_mean_cars", "cars"], ["kpi.stock_coefficient", "stock_coefficient", "two"], ["kpi.aged_share", "aged_share", "share"], ["kpi.contribution", "contribution_cny", "money"]])
      pair(list, word, tables.dealers, d, name + "@today", name + "@plan", kind);
    const m = moved.get(i);
    if (m) ["panel.orders", "panel.in", "panel.out"].forEach((word, c) => { if (m[c]) fact(list, word, number(m[c], "cars", `${c ? "transfers.csv" : "orders.csv"}/sum ${["site_id", "to_site_id", "from_site_id"][c]}=${id}/cars`)); });
    out.push(list);
    const more = el("div");
    flows(more, "i", i);
    return [...out, more];
  }
  function zone(i) {
    const T = tables.zones, list = el("dl"), id = zones.zone_id[i];
    fact(list, "col.region", zones.region[i]);
    for (const [word, name, kind] of [["col.population", "population_persons", "count"], ["col.registrations", "registrations_per_year", "cars"]])
      if (zones[name][i] !== null) fact(list, word, number(zones[name][i], kind, numberKey(T, i, name)));
    pair(list, "col.cars.year", T, i, "sales_today_per_year", "sales_plan_per_year", "cars");
    pair(list, "map.share", T, i, "share_today", "share_plan", "share");
    pair(list, "col.nearest", T, i, "nearest_today_min", "nearest_plan_min", "one");
    pair(list, "map.overlap", T, i, "overlap_today", "overlap_plan", "two");
    const c = n => zones[n][i] === null ? "–" : t(zones[n][i] ? "map.covered" : "map.blind");
    fact(list, "map.cover", c("covered_today") === c("covered_plan") ? c("covered_plan") : `${c("covered_today")} → ${c("covered_plan")}`);
    const more = el("div");
    flows(more, "z", i);
    return [el("p", { class: "over" }, `${t("panel.zone")} · ${id}`), el("h3", {}, zoneName(id)), list, more];
  }
  const SVG = "http://www.w3.org/2000/svg";
  function pick(what, i, jump) {
    if (!svg || i === undefined) return;
    picked = [what, i];
    const close = el("button", { type: "button", class: "plain close", "aria-label": t("panel.close") }, "×");
    close.addEventListener("click", unpick);
    panel.replaceChildren(close, ...(what === "i" ? store(i) : zone(i)));
    const node = nodeOf(what, i);
    const spider = $("#spider");
    spider.replaceChildren();
    if (!node) return;
    const [x, y] = spot(node);
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    for (const f of service.filter(f => f[what === "z" ? 0 : 1] === i)) {
      const other = nodeOf(what === "z" ? "i" : "z", f[what === "z" ? 1 : 0]);
      if (!other) continue;
      const line = document.createElementNS(SVG, "path"), [a, b] = spot(other);
      line.setAttribute("d", `M${x} ${y}L${a} ${b}`);
      spider.append(line);
    }
    if (jump) {
      $("#map").scrollIntoView();
      zoom = { k: Math.max(zoom.k, 5), x: 0, y: 0 };
      zoom.x = box.width / 2 - x * zoom.k;
      zoom.y = box.height / 2 - y * zoom.k;
      apply();
    }
    measure();
  }
  function unpick() {
    picked = null;
    ring.setAttribute("cx", -99);
    ring.setAttribute("cy", -99);
    $("#spider").replaceChildren();
    panel.replaceChildren(el("h3", {}, t("panel.title")), el("p", { class: "quiet" }, t("panel.empty")), el("p", { class: "quiet" }, t("map.hint")));
  }
  // The nearest visible thing in a direction.
  function step(dx, dy) {
    const from = picked && nodeOf(...picked) ? spot(nodeOf(...picked)) : middle().map((v, d) => (v - (d ? zoom.y : zoom.x)) / zoom.k);
    let best = null, least = Infinity;
    for (const n of $$(".stores use, .zones .z", world)) {
      if (getComputedStyle(n).display === "none") continue;
      const p = spot(n), along = (p[0] - from[0]) * dx + (p[1] - from[1]) * dy, side = Math.abs((p[0] - from[0]) * dy) + Math.abs((p[1] - from[1]) * dx);
      if (along > 0.2 && along + 2.5 * side < least) [best, least] = [n, along + 2.5 * side];
    }
    if (best) best.dataset.i !== undefined ? pick("i", +best.dataset.i) : pick("z", +best.dataset.z);
  }
  function mapEvents() {
    let down = null;
    const thing = e => e.target.closest && e.target.closest("[data-i],[data-z]");
    const choose = n => n.dataset.i !== undefined ? pick("i", +n.dataset.i) : pick("z", +n.dataset.z);
    svg.addEventListener("pointerdown", e => { down = { at: toSvg(e), start: { ...zoom }, thing: thing(e), far: false }; });
    svg.addEventListener("pointermove", e => {
      const p = toSvg(e);
      if (down && (e.buttons & 1)) {
        if (Math.hypot(p[0] - down.at[0], p[1] - down.at[1]) > 4 && !down.far) { down.far = true; svg.setPointerCapture(e.pointerId); }
        if (down.far) { zoom = { k: zoom.k, x: down.start.x + p[0] - down.at[0], y: down.start.y + p[1] - down.at[1] }; apply(); }
      }
      const n = thing(e);
      tip.hidden = !n || (down && down.far);
      if (n) {
        tip.textContent = n.dataset.i !== undefined ? siteName(sites.site_id[n.dataset.i]) : zoneName(zones.zone_id[n.dataset.z]);
        const r = svg.getBoundingClientRect();
        tip.style.left = Math.min(e.clientX - r.left + 12, r.width - 150) + "px";
        tip.style.top = e.clientY - r.top + 14 + "px";
      }
    });
    svg.addEventListener("pointerup", () => { if (down && !down.far && down.thing) choose(down.thing); down = null; });
    svg.addEventListener("pointerleave", () => { tip.hidden = true; });
    svg.addEventListener("pointercancel", () => { down = null; });
    svg.addEventListener("dblclick", e => { e.preventDefault(); zoomAt(2, ...toSvg(e)); });
    svg.addEventListener("wheel", e => {
      if (!e.ctrlKey && document.activeElement !== svg) return;
      e.preventDefault();
      zoomAt(Math.exp(-e.deltaY / 300), ...toSvg(e));
    }, { passive: false });
    svg.addEventListener("keydown", e => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (way && e.shiftKey) { zoom.x -= way[0] * 80; zoom.y -= way[1] * 80; apply(); }
      else if (way) step(...way);
      else if (e.key === "+" || e.key === "=") zoomAt(1.5, ...middle());
      else if (e.key === "-") zoomAt(1 / 1.5, ...middle());
      else if (e.key === "0") { zoom = { k: 1, x: 0, y: 0 }; apply(); }
      else if (e.key === "Escape") unpick();
      else return;
      e.preventDefault();
    });
    $$("[data-zoom]").forEach(b => b.addEventListener("click", () => {
      if (b.dataset.zoom === "reset") { zoom = { k: 1, x: 0, y: 0 }; apply(); } else zoomAt(b.dataset.zoom === "in" ? 1.6 : 1 / 1.6, ...middle());
    }));
    const view = {}, section = $("#map");
    const set = (name, value) => {
      view[name] = value;
      section.dataset[name] = value;
      svg.setAttribute("class", `v-${section.dataset.view || "plan"} m-${section.dataset.metric || "share"}`);
    };
    $$("[data-choice]").forEach(group => {
      const name = group.dataset.choice;
      $$("button", group).forEach(b => b.addEventListener("click", () => {
        $$("button", group).forEach(o => o.setAttribute("aria-pressed", o === b));
        set(name, b.dataset.valueOf);
      }));
      set(name, $("[aria-pressed=true]", group).dataset.valueOf);
    });
    $$("[data-show]").forEach(c => c.addEventListener("change", () => svg.parentNode.classList.toggle("show-" + c.dataset.show, c.checked)));
    $("#find").addEventListener("focus", () => { if (!searched) { searched = true; places(); } });
    $("#find").addEventListener("change", e => {
      const id = e.target.value.split(" · ").pop();
      if (siteAt.has(id)) pick("i", siteAt.get(id), true); else if (zoneAt.has(id)) pick("z", zoneAt.get(id), true);
    });
    window.addEventListener("resize", apply);
    apply();
  }
  // The list behind the map's search is written when the search is first used.
  let searched = false;
  function places() {
    const list = $("#places");
    if (list && searched) list.replaceChildren(...(sites.site_id || []).map(id => el("option", { value: `${siteName(id)} · ${id}` })), ...(zones.zone_id || []).map(id => el("option", { value: `${zoneName(id)} · ${id}` })));
  }

  // --- Language, theme, measures of the page ---------------------------------------------------------------------
  const redraws = [];
  // Words, dates, numbers and names in the language of the page.
  function write(part) {
    $$("[data-t]", part).forEach(e => { e.textContent = t(e.dataset.t); });
    $$("[data-t-aria]", part).forEach(e => e.setAttribute("aria-label", t(e.dataset.tAria)));
    $$("[data-t-ph]", part).forEach(e => { e.placeholder = t(e.dataset.tPh); });
    $$("[data-date]", part).forEach(e => { e.textContent = date(e.dataset.date); });
    $$("[data-day]", part).forEach(e => { e.textContent = day(e.dataset.day); });
    $$("[data-value]:not([data-fixed])", part).forEach(e => { e.textContent = show(+e.dataset.value, e.dataset.kind, e.dataset.plus !== undefined); });
    $$("[data-name]", part).forEach(e => { e.textContent = zoneName(zones.zone_id[e.dataset.name]); });
  }
  function speak(to) {
    lang = to.startsWith("zh") ? "zh-CN" : "en";
    root.lang = lang;
    $$("[data-lang-to]").forEach(b => b.setAttribute("aria-pressed", b.dataset.langTo === lang));
    write(document);
    $$("#model option").forEach(o => { o.textContent = named(models, modelAt.get(o.value), o.value); });
    redraws.forEach(r => r());
    places();
    if (picked) pick(...picked); else if (svg) unpick();
    measure();
  }
  function theme(to) {
    if (to === "dark" || to === "light") root.dataset.theme = to;
    else root.dataset.theme = (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark" ? "light" : "dark";
  }
  // How far the page is wider than the window: zero on a sound page; tests read it.
  let waiting = false;
  function measure() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; document.body.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth); }, 0);
  }

  $$("[data-table]").forEach(b => redraws.push(grid(b)));
  if (svg) mapEvents();
  $$("[data-lang-to]").forEach(b => b.addEventListener("click", () => speak(b.dataset.langTo)));
  $("#theme").addEventListener("click", () => theme());
  // The values under the pointer.
  $$("[data-values]").forEach(chart => {
    const read = () => {
      const parts = chart.dataset.values.split("|"), numbers = text => text ? text.split(" ").map(n => n === "-" ? null : +n) : [];
      const [left, right] = numbers(parts[0]), v = { left, right, weeks: parts[1].split(" "), series: [] };
      for (let i = 2; i + 3 < parts.length; i += 4) v.series.push([parts[i], ...parts.slice(i + 1, i + 4).map(numbers)]);
      return v;
    };
    const bubble = el("div", { class: "bubble" }), rule = document.createElementNS(SVG, "line");
    bubble.hidden = true;
    rule.setAttribute("class", "cursor");
    rule.setAttribute("y1", 10);
    rule.setAttribute("y2", chart.viewBox.baseVal.height - 22);
    chart.append(rule);
    chart.after(bubble);
    const hide = () => { bubble.hidden = true; rule.removeAttribute("x1"); rule.classList.remove("on"); };
    chart.addEventListener("pointerleave", hide);
    chart.addEventListener("pointermove", e => {
      const v = read();
      if (!rule.isConnected) chart.append(rule);
      const r = chart.getBoundingClientRect(), x = (e.clientX - r.left) * chart.viewBox.baseVal.width / r.width, last = v.weeks.length - 1;
      const i = Math.round((x - v.left) / (v.right - v.left) * last);
      if (!(i >= 0 && i <= last)) return hide();
      const at = v.left + (v.right - v.left) * (last ? i / last : 0.5);
      rule.setAttribute("x1", at);
      rule.setAttribute("x2", at);
      rule.classList.add("on");
      const week = date(v.weeks[i]);
      bubble.replaceChildren(el("b", {}, week === v.weeks[i] ? `${t("plot.week")} ${week}` : week));
      for (const [word, line, low, high] of v.series) {
        if (line[i] === null) continue;
        const range = low.length && low[i] !== null ? ` (${show(low[i], "cars")} … ${show(high[i], "cars")})` : "";
        bubble.append(el("span", {}, `${t(word)} ${show(line[i], "cars")}${range}`));
      }
      bubble.hidden = false;
      const width = bubble.offsetWidth, px = at * r.width / chart.viewBox.baseVal.width;
      bubble.style.left = Math.max(0, Math.min(px + 10, r.width - width)) + "px";
      bubble.style.top = chart.offsetTop + 4 + "px";
    });
  });
  const model = $("#model");
  if (model) model.addEventListener("change", () => {
    const of = $("[data-model]"), chart = $(".chart", of);
    of.dataset.model = model.value;
    pictures.draw(chart, D.forecast.weeks, D.forecast.word, D.forecast.models[model.value]);
    write(of);
  });
  const asked = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  if (asked.get("theme")) theme(asked.get("theme"));
  speak(asked.get("lang") || (navigator.language || "en"));
  if (asked.get("view")) { const b = $(`[data-choice=view] [data-value-of="${CSS.escape(asked.get("view"))}"]`); if (b) b.click(); }
  if (asked.get("metric")) { const b = $(`[data-choice=metric] [data-value-of="${CSS.escape(asked.get("metric"))}"]`); if (b) b.click(); }
  if (asked.get("site")) pick("i", siteAt.get(asked.get("site")), asked.has("jump"));
  if (asked.get("zone")) pick("z", zoneAt.get(asked.get("zone")), asked.has("jump"));
  window.addEventListener("resize", measure);
  document.body.dataset.ready = "yes";
})();
