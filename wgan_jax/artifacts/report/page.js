"use strict";

// A slider over the pictures, values under the pointer, lines to copy. The page is whole
// without it: the last picture, every curve and every table are there.

function startGallery(gallery) {
  // A picture that could not be read is a line of text in its place.
  const images = [...gallery.querySelectorAll("[data-step]")];
  const caption = gallery.querySelector(".shown figcaption");
  const controls = gallery.querySelector(".slider");
  if (!controls) return;
  const slider = controls.querySelector("input");
  const play = controls.querySelector("button");
  let timer = 0;

  function show() {
    const chosen = images[Number(slider.value)];
    for (const image of images) image.hidden = image !== chosen;
    caption.textContent = chosen.dataset.caption;
    slider.setAttribute("aria-valuetext", "step " + chosen.dataset.step);
    sharpen();
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }
  function start() {
    if (Number(slider.value) === images.length - 1) slider.value = 0;
    show();
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) === images.length - 1) stop();
    }, Math.max(120, 6000 / images.length));
    play.textContent = "Pause";
  }
  slider.addEventListener("input", () => { stop(); show(); });
  play.addEventListener("click", () => (timer ? stop() : start()));
  controls.hidden = false;
  show();
}

// Squares stay squares where a picture is enlarged a good deal, and are never picked one
// out of several where it is made smaller.
function sharpen() {
  for (const image of document.querySelectorAll("img:not([hidden])")) {
    const pixels = image.clientWidth * window.devicePixelRatio;
    image.classList.toggle("enlarged", pixels >= 2 * image.naturalWidth && pixels > 0);
  }
}

function nearest(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle;
  }
  return step - steps[low] <= steps[high] - step ? low : high;
}

function words(value) {
  if (value === null || value === undefined) return "no value";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2);
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 8 });
}

function startChart(plot) {
  const data = JSON.parse(plot.dataset.chart);
  const picture = plot.querySelector("svg");
  const cross = plot.querySelector(".cross");
  const tip = plot.querySelector(".tip");
  const most = 8; // lines that are told at once
  let step = null;

  function height(value) {
    const on = data.log ? Math.log : Number;
    return 1 - (on(value) - on(data.y[0])) / (on(data.y[1]) - on(data.y[0]));
  }
  function read(line, at) {
    const i = nearest(line.steps, at);
    return { line, step: line.steps[i], value: line.values[i] };
  }
  function row(text, color) {
    const made = document.createElement("div");
    const mark = document.createElement("span");
    if (color !== null) {
      mark.className = "k" + color;
      mark.textContent = "\u25cf ";
    }
    made.append(mark, text);
    return made;
  }
  function tell(found, told) {
    const rows = [row("step " + told.toLocaleString("en"), null)];
    for (const { line, value, step: at } of found) {
      const where = at === told ? "" : ", at step " + at.toLocaleString("en");
      rows.push(row(words(value) + "  " + line.label + where, line.color));
      if (line.raw) {
        const i = nearest(line.rawSteps, at);
        const where = "  logged at step " + line.rawSteps[i].toLocaleString("en");
        rows.push(row(words(line.raw[i]) + where, line.color));
      }
    }
    return rows;
  }
  // The lines closest to the pointer, from the highest to the lowest.
  function choose(y) {
    const drawn = data.lines.filter((line) => line.steps.length);
    // A run that ended before this step, or was not yet measured, has no value here.
    const there = drawn.filter(({ steps }) => steps[0] <= step && step <= steps[steps.length - 1]);
    const all = (there.length ? there : drawn).map((line) => read(line, step));
    const away = ({ value }) => (value === null ? Infinity : Math.abs(height(value) - y));
    const close = [...all].sort((a, b) => away(a) - away(b)).slice(0, most);
    return all.length > most ? close.sort((a, b) => b.value - a.value) : all;
  }
  function show(y) {
    const found = choose(y);
    if (!found.length) return;
    const away = ({ step: at }) => Math.abs(at - step);
    const told = found.reduce((a, b) => (away(b) < away(a) ? b : a)).step;
    const box = picture.getBoundingClientRect();
    const frame = plot.getBoundingClientRect();
    const share = (told - data.x[0]) / (data.x[1] - data.x[0]);
    const left = box.left - frame.left + share * box.width;
    Object.assign(cross.style, {
      left: left + "px", top: box.top - frame.top + "px", height: box.height + "px",
    });
    tip.replaceChildren(...tell(found, told));
    cross.hidden = tip.hidden = false;
    const room = frame.width - tip.offsetWidth;
    const middle = left - tip.offsetWidth / 2;
    tip.style.left = Math.min(Math.max(0, middle), Math.max(0, room)) + "px";
    tip.style.top = box.top - frame.top - tip.offsetHeight - 4 + "px";
  }
  function hide() {
    cross.hidden = tip.hidden = true;
  }
  function follow(event) {
    const box = picture.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    step = data.x[0] + share * (data.x[1] - data.x[0]);
    show((event.clientY - box.top) / box.height);
  }
  function walk(event) {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") hide();
    if (!direction) return;
    event.preventDefault();
    const steps = [...new Set(data.lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
    const at = step === null ? 0 : nearest(steps, step) + direction;
    step = steps[Math.min(steps.length - 1, Math.max(0, at))];
    show(0.5);
  }
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  plot.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") hide();
  });
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", walk);
}

function startCopy(command) {
  const button = command.querySelector("button");
  const code = command.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      // Without the right to write, the lines are selected for the user's own copy.
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

document.querySelectorAll(".gallery").forEach(startGallery);
document.querySelectorAll("[data-chart]").forEach(startChart);
document.querySelectorAll(".command").forEach(startCopy);
addEventListener("resize", sharpen);
sharpen();
