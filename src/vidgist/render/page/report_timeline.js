// Interaction with the timeline: pointer, keys and zoom; a slider for keyboards and screen readers.
const tip = byId("tip");

function show(start, span) {
  const least = Math.min(data.duration, Math.max(4, data.duration / 2000));
  const length = clamp(span, least, data.duration);
  const from = clamp(start, 0, data.duration - length);
  change({ view: [from, from + length] });
}
function zoom(factor, center = stopTimes[state.stop]) {
  const span = (state.view[1] - state.view[0]) * factor;
  const share = clamp((center - state.view[0]) / (state.view[1] - state.view[0]), 0, 1);
  show(center - share * span, span);
}
const pan = (seconds) => show(state.view[0] + seconds, state.view[1] - state.view[0]);

// Without a shot, the one around the moment: a short shot may hold no moment.
function choose(stop, within = {}) {
  const next = clamp(stop, 0, stops.length - 1);
  change({ stop: next, shot: shotOfStop(next), ...within });
  const seconds = stopTimes[next];
  const span = state.view[1] - state.view[0];
  if (seconds < state.view[0] || seconds > state.view[1]) show(seconds - span / 2, span);
}
function chooseShot(shot) {
  const next = clamp(shot, 0, shots.length - 1);
  choose(stopNear(shots[next].key), { shot: next });
}
function choosePiece(index) {
  const { pieces } = current();
  const next = clamp(index, 0, pieces.length - 1);
  choose(stopNear(pieces[next].key), { shot: pieces[next].shot, piece: next });
}
// The next piece before or after the moment.
function stepPiece(step) {
  const { pieces, starts: firsts } = current();
  const seconds = stopTimes[state.stop];
  const before = state.piece >= 0 ? state.piece : pieces[0].start > seconds ? -1 : lastUpTo(firsts, seconds);
  choosePiece(step > 0 || state.piece >= 0 ? before + step : before);
}

function moveTip(x) {
  const seconds = clamp(toSeconds(x), 0, data.duration);
  hover = seconds;
  const sample = lastUpTo(data.times, seconds + 0.5 * ((data.times[1] ?? 1) - (data.times[0] ?? 0)));
  const shot = shotAt(seconds);
  setPicture(byId("tip-picture"), pictureOf(nearestStop(seconds)));
  const rows = series.map((one) => {
    const row = make("div", "row", make("span", "", one.title), make("span", "", shown(one.values[sample])));
    return row;
  });
  const piece = pieceAt(seconds);
  const mark = piece >= 0 ? `, piece ${piece + 1} of the summary` : "";
  byId("tip-text").replaceChildren(
    make("b", "", clock(data.times[sample])), make("div", "", `Shot ${shot + 1}${mark}`), ...rows,
    make("div", "", saidAt(seconds)));
  tip.hidden = false;
  const room = width() - tip.offsetWidth;
  tip.style.left = `${x < width() / 2 ? clamp(x + 14, 0, room) : clamp(x - tip.offsetWidth - 14, 0, room)}px`;
  schedule();
}
function hideTip() {
  tip.hidden = true;
  hover = null;
  schedule();
}

const xOf = (event) => event.clientX - timeline.getBoundingClientRect().left;
timeline.addEventListener("pointermove", (event) => {
  if (event.pointerType === "mouse") moveTip(xOf(event));
  if (event.buttons & 1) choose(nearestStop(clamp(toSeconds(xOf(event)), 0, data.duration)));
});
timeline.addEventListener("pointerleave", hideTip);
timeline.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  choose(nearestStop(clamp(toSeconds(xOf(event)), 0, data.duration)));
});
timeline.addEventListener("click", (event) => {
  const y = event.clientY - timeline.getBoundingClientRect().top;
  const seconds = toSeconds(xOf(event));
  const piece = pieceAt(seconds);
  if (y >= lanes.pieces.top && y < lanes.shots.top && piece >= 0) playPiece(piece);
  else if (y >= lanes.shots.top && y <= lanes.axis.top) playShot(shotAt(seconds));
});
timeline.addEventListener("wheel", (event) => {
  const zoomed = state.view[1] - state.view[0] < data.duration * 0.999;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, toSeconds(xOf(event)));
  } else if (zoomed && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    pan((event.deltaX / width()) * (state.view[1] - state.view[0]));
  }
}, { passive: false });
timeline.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const shot = state.shot;
  const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  if (step && event.shiftKey) chooseShot(shot + step);
  else if (step) choose(state.stop + step);
  else if (event.key === "PageUp") chooseShot(shot + 1);
  else if (event.key === "PageDown") chooseShot(shot - 1);
  else if (event.key === "Home") choose(0);
  else if (event.key === "End") choose(stops.length - 1);
  else if (event.key === "n" || event.key === "N") stepPiece(1);
  else if (event.key === "p" || event.key === "P") stepPiece(-1);
  else if (event.key === "Enter" || event.key === " ") playChosen();
  else if (event.key === "+" || event.key === "=") zoom(0.5);
  else if (event.key === "-") zoom(2);
  else if (event.key === "0") show(0, data.duration);
  else return;
  event.preventDefault();
});

const dragOverview = (event) => {
  if (!(event.buttons & 1)) return;
  const share = (event.clientX - overview.getBoundingClientRect().left) / overview.clientWidth;
  const span = state.view[1] - state.view[0];
  show(share * data.duration - span / 2, span);
};
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  dragOverview(event);
});
overview.addEventListener("pointermove", dragOverview);
byId("zoom-in").addEventListener("click", () => zoom(0.5));
byId("zoom-out").addEventListener("click", () => zoom(2));
byId("zoom-whole").addEventListener("click", () => show(0, data.duration));

function drawLegend() {
  const sample = stops[state.stop];
  const items = series.map((one) => {
    const swatch = make("span", "swatch");
    swatch.style.setProperty("--swatch", `var(${one.color})`);
    const name = one.used === false ? `${one.title} (not in the score)` : one.title;
    return make("li", one.used === false ? "quiet" : "", swatch, make("span", "", name), make("b", "", shown(one.values[sample])));
  });
  const block = make("span", "swatch block");
  block.style.setProperty("--swatch", "var(--accent)");
  items.push(make("li", "", block, make("span", "", "Piece in the summary")));
  byId("legend").replaceChildren(...items);
}

function tellTimeline() {
  const shot = state.shot;
  const mark = state.piece >= 0 ? `piece ${state.piece + 1} of the summary` : "not in the summary";
  timeline.setAttribute("aria-valuemin", "0");
  timeline.setAttribute("aria-valuemax", String(stops.length - 1));
  timeline.setAttribute("aria-valuenow", String(state.stop));
  const value = shown(data.importance[stops[state.stop]]);
  timeline.setAttribute("aria-valuetext",
    `${clock(stopTimes[state.stop])}, shot ${shot + 1} of ${shots.length}, ${mark}, importance ${value}`);
  const whole = state.view[1] - state.view[0] > data.duration * 0.999;
  byId("zoom-out").disabled = whole;
  byId("zoom-whole").disabled = whole;
}

onChange((part) => {
  if (!("playing" in part)) {
    drawLegend();
    tellTimeline();
  }
  schedule();
});
new ResizeObserver(() => {
  wide = timeline.clientWidth;
  schedule();
}).observe(timeline);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", schedule);
matchMedia("print").addEventListener("change", draw); // at once: on paper it is always light
