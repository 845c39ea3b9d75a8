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

// Why the shot is in the summary of this length or not. The choice of shots is optimal.
function verdict(shot) {
  const { cut, budget } = current();
  const most = brief(budget);
  const inside = selectedNow().has(shot);
  const lasts = shots[shot].end - shots[shot].start;
  if (cut) {
    const one = isPiece(shot) && pieces[1] - pieces[0] > 1 ? `, which is ${piecesNamed()} here` : "";
    return inside
      ? `Shot ${shot + 1} is in: no whole shot fits into ${most}, so a piece was cut from the best one${one}.`
      : `Shot ${shot + 1} is out: no whole shot fits into ${most}, and the piece was cut from ${one ? "another part of the best one" : "a better one"}.`;
  }
  if (inside) return `Shot ${shot + 1} is in: no other choice of shots that fits into ${most} has a higher sum of scores.`;
  if (shots[shot].black) return `Shot ${shot + 1} is out: it is mostly black.`;
  if (lasts > budget + 1e-3) return `Shot ${shot + 1} is out: it lasts ${brief(lasts)}, and the summary may last ${most} at most.`;
  return `Shot ${shot + 1} is out: no choice with it that fits into ${most} has a higher sum of scores.`;
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

function showMoment() {
  const stop = state.stop;
  const sample = stops[stop];
  const shot = state.shot;
  const inside = selectedNow().has(shot);
  setPicture(byId("moment-picture"), largePicture(stop));
  byId("moment-picture").alt = `The picture at ${clock(stopTimes[stop])}`;
  byId("moment-caption").textContent =
    `${clock(stopTimes[stop])} \u00b7 shot ${shot + 1} of ${shots.length} \u00b7 ${inside ? "in the summary" : "not in the summary"}`;
  const rank = rankOf(series[0], sample);
  byId("sentence").textContent =
    `${sentence(sample)} Its importance is ${shown(data.importance[sample])}, ${above(rank)}.`;
  byId("verdict").textContent = verdict(shot);
  byId("values").replaceChildren(...series.map((one) => valueRow(one, sample)));

  const near = data.neighbors;
  const friends = near.stops[stop] || [];
  const all = near.ranks.length === near.count;
  byId("near-hint").textContent = !friends.length
    ? "There is no other moment to compare it with."
    : `${all ? `The ${count(near.count, "moment")} most like it` : `Some of the ${count(near.count, "moment")} most like it, the nearest first`}, with their similarity (1: the same).`;
  byId("neighbors").replaceChildren(
    ...friends.map((friend, i) => neighborCard(friend, near.ranks[i], near.similarity[stop][i])));
  byId("moment-play").disabled = !playable(shot);
  byId("shot-before").disabled = shot === 0;
  byId("shot-after").disabled = shot === shots.length - 1;
}

byId("moment-play").addEventListener("click", () => playShot(state.shot));
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
