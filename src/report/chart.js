"use strict";
// Line pictures drawn again for other numbers, by the same steps as in the engine (chart.rs): what the page holds once
// as values need not stand in it as pictures too.
const pictures = (() => {
  const LEFT = 46, RIGHT = 52, TOP = 10, BOTTOM = 22;
  const short = v => Math.round(v * 10) / 10;
  const node = (tag, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in attributes) e.setAttribute(name, attributes[name]);
    return e;
  };
  // About four round numbers from zero (or below) to the largest value.
  const ticks = (low, high) => {
    const span = Math.max(Math.max(high, 0) - Math.min(low, 0), 1e-9), raw = span / 4;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= raw * 0.999) || raw;
    const marks = [], last = Math.max(1, Math.ceil(Math.max(high, 0) / step - 1e-9));
    for (let i = Math.floor(Math.min(low, 0) / step); i <= last; i++) marks.push(i * step);
    return marks;
  };
  // Numbers behind a picture as text: the pointer reads them there.
  const behind = (width, weeks, word, values) =>
    [`${LEFT} ${width - RIGHT}`, weeks.join(" "), word, ...values.map(list => list.map(v => v ?? "-").join(" "))].join("|");
  // One line with its band in the style of the plan; texts are written by the caller, as everywhere on the page.
  const draw = (svg, weeks, word, values) => {
    const { width, height } = svg.viewBox.baseVal, [line, low, high] = values, count = weeks.length;
    const all = values.flat().filter(v => v !== null), marks = ticks(Math.min(0, ...all), Math.max(0, ...all));
    const [bottom, top] = [marks[0], marks[marks.length - 1]];
    const x = i => LEFT + (width - LEFT - RIGHT) * (count < 2 ? 0.5 : i / (count - 1));
    const y = v => height - BOTTOM - (height - TOP - BOTTOM) * (v - bottom) / (top - bottom);
    const point = (i, v) => `${short(x(i))} ${short(y(v))}`, drawn = [];
    for (const m of marks) {
      const at = short(y(m));
      drawn.push(node("line", { class: m === 0 ? "axis" : "grid", x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
      drawn.push(node("text", { class: "tick e", x: LEFT - 6, y: short(y(m) + 3.5), "data-value": m, "data-kind": m % 1 === 0 ? "whole" : "two" }));
    }
    const dated = count < 3 ? weeks.map((_, i) => i) : [0, Math.floor(count / 2), count - 1];
    for (const i of dated) drawn.push(node("text", { class: "tick m", x: short(x(i)), y: height - 6, "data-day": weeks[i] }));
    const band = weeks.map((_, i) => i).filter(i => low[i] !== null && high[i] !== null);
    const around = [...band.map(i => point(i, high[i])), ...band.reverse().map(i => point(i, low[i]))];
    drawn.push(node("path", { class: "band plan", d: around.map((p, k) => (k ? "L" : "M") + p).join("") }));
    let path = "", pen = "M", end = null;
    line.forEach((v, i) => {
      if (v === null) { pen = "M"; return; }
      path += pen + point(i, v);
      [pen, end] = ["L", v];
    });
    drawn.push(node("path", { class: "line plan", d: path }));
    if (end !== null) drawn.push(node("text", { class: "end plan", x: width - RIGHT + 5, y: short(y(end) + 3.5), "data-t": word }));
    svg.dataset.values = behind(width, weeks, word, values);
    svg.replaceChildren(...drawn);
  };
  return { draw };
})();
