// The length of the summary; its pieces and the shots that are left out, as cards.
const slider = byId("length");
const percent = (share) => `${Number((share * 100).toFixed(1))}%`;
const lasting = (length) => length.pieces.reduce((sum, { start, end }) => sum + end - start, 0);

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
  const { pieces } = length;
  const of = shownShots().size;
  slider.value = String(state.length);
  const text = `${percent(length.share)}: ${count(pieces.length, "piece")} of ${count(of, "shot")}, ${brief(seconds)} of at most ${brief(length.budget)}`;
  slider.setAttribute("aria-valuetext", text);
  byId("share").textContent = percent(length.share);
  byId("made").textContent = length.edited ? "changed by hand" : length.proposal ? "the proposal" : length.made ? "as it was made" : "";
  byId("length-pieces").textContent = String(pieces.length);
  byId("length-shots").textContent = `${of} of ${shots.length}`;
  byId("length-lasts").textContent = brief(seconds);
  byId("length-budget").textContent = brief(length.budget);
  byId("live").textContent = text;
  const hint = byId("length-hint");
  if (length.made) hint.textContent = `How it was chosen: ${data.rule}.${media.summary ? ` This is what ${clipFile} shows.` : ""}`;
  else if (length.edited || length.proposal) hint.textContent = "The command below the timeline makes this clip.";
  else hint.replaceChildren("For a clip of this length, run again with ", make("code", "", `--length ${percent(length.share)}`), ".");
  const some = pieces.length > 15 ? pieces.slice(0, 14) : pieces;
  byId("picks").replaceChildren(...some.map((piece) => {
    const image = make("img", "");
    image.alt = "";
    setPicture(image, pictureOf(stopNear(piece.key)));
    return image;
  }));
  if (some.length < pieces.length) byId("picks").append(make("span", "", `+${pieces.length - some.length}`));
  byId("play-all").textContent = length.made ? "Play the summary" : "Play this selection";
  byId("play-all").disabled = !selectionPlayable();
}

// A card that plays a piece or a shot: { start, end, score, key }.
const lazy = shots.length > 300;
function makeCard(part, name, play) {
  const image = make("img", "");
  image.alt = "";
  const bar = make("span", "");
  bar.style.width = `${clamp((part.score / series[0].greatest) * 100, 0, 100)}%`;
  const reason = make("span", "reason");
  const text = make("span", "text",
    make("span", "first",
      make("span", "", spoken("play "), name),
      make("span", "", spoken(", score "), part.score.toFixed(2))),
    make("span", "when", spoken(", "), `${clock(part.start)} \u2013 ${clock(part.end)}`),
    make("span", "track", bar),
    spoken(". "), reason);
  const button = make("button", "shot", image, text);
  button.type = "button";
  button.addEventListener("click", play);
  const card = { part, image, reason, button, item: make("li", "", button) };
  if (lazy) {
    waitingCards.set(card.item, card);
    nearCards.observe(card.item);
  } else fillPicture(card);
  return card;
}
const fillPicture = (card) => setPicture(card.image, largePicture(stopNear(card.part.key)));
// Pictures are set when their card comes into view: a long video has thousands.
const waitingCards = new WeakMap();
const nearCards = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    fillPicture(waitingCards.get(entry.target));
    nearCards.unobserve(entry.target);
  }
}, { rootMargin: "600px" });
byId("shots").classList.toggle("many", lazy);

const shotCards = shots.map((shot, i) => {
  const card = makeCard(shot, `Shot ${i + 1}`, () => playShot(i));
  card.item.dataset.shot = String(i);
  return card;
});
let pieceCards = [];

function showPieces() {
  for (const card of pieceCards) nearCards.unobserve(card.item);
  pieceCards = current().pieces.map((piece, i) => {
    const card = makeCard(piece, `Piece ${i + 1}`, () => playPiece(i));
    card.item.dataset.piece = String(i);
    card.item.dataset.shot = String(piece.shot);
    card.button.classList.add("selected");
    card.reason.textContent = `${whyShown(piece)}.`;
    return card;
  });
}

const picked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

function arrange(group, cards) {
  if (picked("order") === "score") cards.sort((a, b) => b.part.score - a.part.score);
  const which = picked("which");
  byId(group).hidden = !cards.length || (which !== "all" && which !== group);
  byId(`${group}-title`).querySelector("span").textContent = String(cards.length);
  byId(`${group}-list`).replaceChildren(...cards.map((card) => card.item));
}

function arrangeCards() {
  const shown = shownShots();
  const others = shotCards.filter((_, i) => !shown.has(i));
  for (const card of others) card.reason.textContent = `${whyLeftOut(Number(card.item.dataset.shot))}.`;
  arrange("selected", [...pieceCards]);
  arrange("left", others);
}

let marked = null;
function markCurrent() {
  if (marked) {
    marked.button.classList.remove("current");
    marked.button.removeAttribute("aria-current");
  }
  marked = pieceCards[state.piece] || shotCards[state.shot];
  marked.button.classList.add("current");
  marked.button.setAttribute("aria-current", "true");
}

for (const input of document.querySelectorAll('input[name="which"], input[name="order"]')) {
  input.addEventListener("change", arrangeCards);
}
onChange((part) => {
  if ("length" in part) {
    showLength();
    showPieces();
    arrangeCards();
  }
  if ("stop" in part || "length" in part) markCurrent();
});
