const data = JSON.parse(document.getElementById("data").textContent);

const byId = (id) => document.getElementById(id);

// Text only ever becomes text: no string is parsed as markup anywhere.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// Text for those who listen instead of looking.
const spoken = (text) => make("span", "hidden", text);

// 83.46 -> "1:23.5"; hours where there are any.
function clock(seconds, decimals = 1) {
  const unit = 10 ** decimals;
  const total = Math.round(seconds * unit);
  const whole = Math.floor(total / unit);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const two = (n) => String(n).padStart(2, "0");
  const rest = two(whole % 60) + (decimals ? "." + String(total % unit).padStart(decimals, "0") : "");
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// Tenths of a second matter in short videos alone.
const brief = (seconds) => clock(seconds, seconds < 600 ? 1 : 0);

const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// The last index whose value is not over x, in an ascending array; 0 where all are.
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
