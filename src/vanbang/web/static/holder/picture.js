// A QR code as a picture made node by node: dark on light whatever the page's colours are, with its quiet zone.
import { qrOf } from "./qr.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

function node(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** The picture of a text, which `label` describes to those who do not see it. */
export function qrPicture(text, label) {
  const rows = qrOf(text);
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])));
  const svg = node("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  svg.append(node("path", { d: `M0 0h${size}v${size}h-${size}z`, fill: "#fff" }), node("path", { d: dark.join(""), fill: "#000" }));
  return svg;
}
