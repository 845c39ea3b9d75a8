const list = document.getElementById("results");
const cards = [...list.children];
const find = document.getElementById("find");
const order = document.getElementById("order");

function arrange() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = cards.filter((card) => words.every((word) => card.dataset.name.toLowerCase().includes(word)));
  const key = order.value;
  if (key === "name") wanted.sort((a, b) => a.dataset.name.localeCompare(b.dataset.name, undefined, { numeric: true }));
  else if (key) wanted.sort((a, b) => Number(b.dataset[key]) - Number(a.dataset[key]));
  list.replaceChildren(...wanted);
  document.getElementById("found").textContent = words.length ? `${wanted.length} of ${cards.length} shown` : "";
}

find.addEventListener("input", arrange);
order.addEventListener("change", arrange);
document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("tools").hidden = false;
