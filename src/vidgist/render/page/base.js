const data = JSON.parse(document.getElementById("data").textContent);

// Decimals of a time: a tenth of a second is a large part of a very short video.
const FINE = data.duration < 3 ? 2 : 1;

const byId = (id) => document.getElementById(id);

// Strings are set as text and never parsed as markup.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// Text for screen readers only.
const spoken = (text) => make("span", "hidden", text);

// 83.46 -> "1:23.5"; hours where there are any.
function clock(seconds, decimals = FINE) {
  const unit = 10 ** decimals;
  const total = Math.round(seconds * unit);
  const whole = Math.floor(total / unit);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const two = (n) => String(n).padStart(2, "0");
  const rest = two(whole % 60) + (decimals ? "." + String(total % unit).padStart(decimals, "0") : "");
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// A duration to be read by people: "15 ms", "0.25 s", "4.2 s", "2:19 min", "1:02:03 h".
function brief(seconds) {
  if (seconds < 0.0995) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 0.95) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${clock(seconds, 0)} ${seconds < 3599.5 ? "min" : "h"}`;
}

const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Index of the last value <= x in an ascending array; 0 if there is none.
function lastUpTo(ascending, x) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
