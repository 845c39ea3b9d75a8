// The length of the summary, and the shots as cards.
const slider = byId("length");
const percent = (share) => `${Number((share * 100).toFixed(1))}%`;
const lasting = (length) => length.segments.reduce((sum, [start, end]) => sum + end - start, 0);

// The shots to count and to show; of a cut shot that is several pieces here, its longest piece.
function countedShots(length) {
  if (!length.cut) return length.shots;
  const size = ([start, end]) => end - start;
  const longest = length.segments.reduce((best, piece, i, all) => (size(piece) > size(all[best]) ? i : best), 0);
  return [length.shots[longest]];
}

function prepareSlider() {
  slider.max = String(data.lengths.length - 1);
  byId("ticks").replaceChildren(...data.lengths.map((length) => {
    const tick = make("span", length.made ? "made" : "", String(Number((length.share * 100).toFixed(1))));
    return tick;
  }));
  slider.addEventListener("input", () => change({ length: Number(slider.value) }));
}

function showLength() {
  const length = current();
  const seconds = lasting(length);
  const listed = countedShots(length);
  slider.value = String(state.length);
  const text = `${percent(length.share)}: ${count(listed.length, "shot")}, ${brief(seconds)} of at most ${brief(length.budget)}`;
  slider.setAttribute("aria-valuetext", text);
  byId("share").textContent = percent(length.share);
  byId("made").textContent = length.made ? "as it was made" : "";
  byId("length-shots").textContent = `${listed.length} of ${shots.length}`;
  byId("length-lasts").textContent = brief(seconds);
  byId("length-budget").textContent = brief(length.budget);
  byId("live").textContent = text;
  const hint = byId("length-hint");
  if (length.made) hint.textContent = `${length.cut ? `No shot is as short as this: the best one${pieces && pieces[1] - pieces[0] > 1 ? ` (${piecesNamed()} here)` : ""} was cut to fit.` : "The shots whose scores add up to the most in that time."}${media.summary ? " This is what summary.mp4 shows." : ""}`;
  else if (length.cut) hint.textContent = "No shot is as short as this: the best one would be cut to fit.";
  else hint.replaceChildren("For a clip of this length, run again with ", make("code", "", `--length ${percent(length.share)}`), ".");
  const some = listed.length > 15 ? listed.slice(0, 14) : listed;
  byId("picks").replaceChildren(...some.map((shot) => {
    const image = make("img", "");
    image.alt = "";
    setPicture(image, pictureOf(keyStop(shot)));
    return image;
  }));
  if (some.length < listed.length) byId("picks").append(make("span", "", `+${listed.length - some.length}`));
  byId("play-all").textContent = length.made ? "Play the summary" : "Play this selection";
  byId("play-all").disabled = !selectionPlayable();
}

const cards = shots.map((shot, i) => {
  const image = make("img", "");
  image.alt = "";
  const bar = make("span", "");
  const badge = make("span", "badge", "\u2713 in", spoken(" the summary, "));
  const text = make("span", "text",
    make("span", "first",
      make("span", "", spoken("play "), `Shot ${i + 1}`),
      make("span", "", spoken(", score "), shot.score.toFixed(2))),
    make("span", "when", spoken(", "), `${clock(shot.start)} \u2013 ${clock(shot.end)}`),
    make("span", "track", bar));
  const button = make("button", "shot", image, badge, text);
  button.type = "button";
  button.addEventListener("click", () => {
    chooseShot(i);
    playShot(i);
  });
  return { shot, index: i, image, bar, badge, button, item: make("li", "", button) };
});
// Pictures are set when their card comes into view: a long video has thousands.
const nearCards = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    const card = cards[Number(entry.target.dataset.shot)];
    setPicture(card.image, largePicture(keyStop(card.index)));
    nearCards.unobserve(entry.target);
  }
}, { rootMargin: "600px" });
byId("shots").classList.toggle("many", cards.length > 300);
for (const card of cards) {
  card.bar.style.width = `${clamp((card.shot.score / series[0].greatest) * 100, 0, 100)}%`;
  card.item.dataset.shot = String(card.index);
  if (cards.length > 300) nearCards.observe(card.item);
  else setPicture(card.image, largePicture(keyStop(card.index)));
}

const picked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

function arrangeCards() {
  const selected = selectedNow();
  const only = picked("which") === "selected";
  const wanted = cards.filter((card) => !only || selected.has(card.index));
  if (picked("order") === "score") wanted.sort((a, b) => b.shot.score - a.shot.score);
  byId("shots").replaceChildren(...wanted.map((card) => card.item));
}

let marked = 0;
function markCurrent() {
  const now = state.shot;
  cards[marked].button.classList.remove("current");
  cards[marked].button.removeAttribute("aria-current");
  cards[now].button.classList.add("current");
  cards[now].button.setAttribute("aria-current", "true");
  marked = now;
}

function markSelected() {
  const selected = selectedNow();
  for (const card of cards) {
    const inside = selected.has(card.index);
    card.button.classList.toggle("selected", inside);
    card.badge.hidden = !inside;
  }
}

for (const input of document.querySelectorAll('input[name="which"], input[name="order"]')) {
  input.addEventListener("change", arrangeCards);
}
onChange((part) => {
  if ("length" in part) {
    showLength();
    markSelected();
    arrangeCards();
  }
  if ("stop" in part) markCurrent();
});
