// Why this moment: its picture, its values in plain words, its nearest neighbors.
// By the value and not by the rank: the score is a product of values.
const level = (one, value) =>
  one.constant || value === null ? "same" : value >= 0.6 ? "high" : value >= 0.3 ? "middle" : "low";

function listed(phrases) {
  if (phrases.length < 2) return phrases.join("");
  return `${phrases.slice(0, -1).join(", ")} and ${phrases[phrases.length - 1]}`;
}

// "It differs from its neighbors, but is unlike most of the video."
function sentence(sample) {
  const kinds = { for: [], against: [] };
  for (const one of series.slice(1)) {
    const is = level(one, one.values[sample]);
    if (is === "same" || !one.used) continue;
    kinds[is === "low" ? "against" : "for"].push(one[is]);
  }
  const parts = [listed(kinds.for), listed(kinds.against)].filter(Boolean);
  if (!parts.length) return "These criteria give all moments of this video the same value.";
  return `It ${parts.join(", but ")}.`;
}

// Whether the moment is in the summary of this length, and why.
function verdict() {
  const { pieces } = current();
  const shot = shots[state.shot];
  const name = `shot ${state.shot + 1}`;
  const piece = pieces[state.piece];
  if (piece) {
    const whole = piece.start <= shot.start + 2e-3 && piece.end >= shot.end - 2e-3;
    const what = whole ? `the whole of ${name}` : `${clock(piece.start)} to ${clock(piece.end)}, in ${name}`;
    return `Piece ${state.piece + 1} of the summary: ${what}. ${whyShown(piece)}.`;
  }
  const others = pieces.flatMap((one, i) => (one.shot === state.shot ? [`${clock(one.start)} to ${clock(one.end)} (piece ${i + 1})`] : []));
  if (others.length) return `Not in the summary, which has another part of ${name}: ${listed(others)}.`;
  return `S${name.slice(1)} is not in the summary. ${whyLeftOut(state.shot)}.`;
}

function above(rank) {
  if (rank === null) return "the same throughout the video";
  if (rank >= 1) return "the highest of the video";
  if (rank <= 0) return "the lowest of the video";
  return `higher than ${clamp(Math.round(rank * 100), 1, 99)}% of the video`;
}

function valueRow(one, sample) {
  const value = one.values[sample];
  const rank = rankOf(one, sample);
  const bar = make("div", "");
  bar.style.width = `${clamp(((value ?? 0) / one.greatest) * 100, 0, 100)}%`;
  bar.style.setProperty("--swatch", `var(${one.color})`);
  const track = make("div", "track", bar);
  track.setAttribute("aria-hidden", "true");
  const name = make("p", "name", make("span", "", one.title), make("b", "", shown(value)));
  const unused = one.used === false ? "; not part of this score" : "";
  return make("li", "", name, track, make("p", "rank", above(rank) + unused));
}

const ordinal = (n) => {
  const ending = { 1: "st", 2: "nd", 3: "rd" }[n % 10];
  return n + (ending && Math.floor(n / 10) % 10 !== 1 ? ending : "th");
};

function neighborCard(stop, rank, similarity) {
  const image = make("img", "");
  image.alt = "";
  setPicture(image, pictureOf(stop));
  const button = make("button", "", image,
    make("span", "", spoken("Show "), clock(stopTimes[stop])),
    make("span", "quiet", ordinal(rank), spoken(" nearest"), ", ", spoken("similarity "), similarity.toFixed(2)));
  button.type = "button";
  button.addEventListener("click", () => choose(stop));
  return make("li", "", button);
}

// What is said at a moment.
const captionStarts = data.captions.map(([start]) => start);
function saidAt(seconds) {
  if (!data.captions.length) return "";
  const [start, end, text] = data.captions[lastUpTo(captionStarts, seconds)];
  return seconds >= start - 0.25 && seconds < end + 0.25 ? text : "";
}

function showMoment() {
  const stop = state.stop;
  const sample = stops[stop];
  const shot = state.shot;
  setPicture(byId("moment-picture"), largePicture(stop));
  byId("moment-picture").alt = `The picture at ${clock(stopTimes[stop])}`;
  byId("moment-caption").textContent =
    `${clock(stopTimes[stop])} \u00b7 shot ${shot + 1} of ${shots.length} \u00b7 ${state.piece >= 0 ? `piece ${state.piece + 1} of the summary` : "not in the summary"}`;
  const said = saidAt(stopTimes[stop]);
  byId("said").hidden = !said;
  byId("said").textContent = said;
  const rank = rankOf(series[0], sample);
  byId("sentence").textContent =
    `${sentence(sample)} Its importance is ${shown(data.importance[sample])}, ${above(rank)}.`;
  byId("verdict").textContent = verdict();
  byId("values").replaceChildren(...series.map((one) => valueRow(one, sample)));

  const near = data.neighbors;
  const friends = near.stops[stop] || [];
  const all = near.ranks.length === near.count;
  byId("near-hint").textContent = !friends.length
    ? "There is no other moment to compare it with."
    : `${all ? `The ${count(near.count, "moment")} most like it` : `Some of the ${count(near.count, "moment")} most like it, the nearest first`}, with their similarity (1: the same).`;
  byId("neighbors").replaceChildren(
    ...friends.map((friend, i) => neighborCard(friend, near.ranks[i], near.similarity[stop][i])));
  byId("moment-play").textContent = state.piece >= 0 ? "Play this piece" : "Play this shot";
  byId("moment-play").disabled = !chosenPlayable();
  byId("shot-before").disabled = shot === 0;
  byId("shot-after").disabled = shot === shots.length - 1;
}

byId("moment-play").addEventListener("click", () => playChosen());
byId("shot-before").addEventListener("click", () => chooseShot(state.shot - 1));
byId("shot-after").addEventListener("click", () => chooseShot(state.shot + 1));
onChange((part) => {
  if ("stop" in part || "length" in part) showMoment();
});

byId("explained").hidden = false;
byId("meanings").append(
  ...series.map((one) => make("div", "",
    make("dt", "", one.title),
    make("dd", "", one.about))));
