// The drawing as a picture of its own: SVG with its fonts and colours in it, or PNG for print. Light, as paper is.

import { svg } from "./svg.js";

const PRINT_SCALE = 4; // of CSS px: 430 dots per inch over 18 cm of 760 px
const MAX_SIDE_PX = 16_000; // of a canvas, as browsers have them
const MAX_AREA_PX = 120e6;
const PROPERTIES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "paint-order", "vector-effect"];
const TEXT_PROPERTIES = ["font-family", "font-size", "font-weight", "letter-spacing", "text-anchor", "text-decoration-line"];
const LEFT_OUT = ".graph-edge-hit, .graph-ring, .graph-head, .graph-step-hit, .graph-cell-hit";
const UNPRINTED = /^(class|style|id|role|data-.*|aria-.*|tabindex)$/;
const DEFAULTS = { "fill-opacity": "1", stroke: "none", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", opacity: "1", "paint-order": "normal", "vector-effect": "none", "letter-spacing": "normal", "text-anchor": "start", "text-decoration-line": "none" };

// sheet: what is printed, {hold(), parts(isWhole)}: `hold` makes it look as on paper and gives what undoes that;
// `parts` tells {width, height, scenes: [[element of the page, transform]], notes: [elements that stand for themselves]}.
// isWhole: all of the drawing in full detail, else what is in sight as it is
export async function pictureSVG(sheet, isWhole) {
  const { element, width, height } = printed(sheet, isWhole, () => copyOf(sheet.parts(isWhole)));
  element.prepend(await fontSheet(element));
  return { text: `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(element)}\n`, width, height };
}

export async function picturePNG(sheet, isWhole) {
  const { text, width, height } = await pictureSVG(sheet, isWhole);
  const scale = Math.min(PRINT_SCALE, MAX_SIDE_PX / Math.max(width, height), Math.sqrt(MAX_AREA_PX / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const raster = document.createElement("canvas");
  [raster.width, raster.height] = [Math.round(width * scale), Math.round(height * scale)];
  raster.getContext("2d").drawImage(image, 0, 0, raster.width, raster.height);
  return new Promise((resolve, reject) => {
    raster.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser has no room for a picture of this size. Save it as SVG."))), "image/png");
  });
}

// Does something while the drawing looks as on paper; nobody sees it, since nothing is painted meanwhile.
function printed(sheet, isWhole, copy) {
  const page = document.documentElement;
  const { theme } = page.dataset;
  page.dataset.theme = "light";
  const release = sheet.hold(isWhole);
  try {
    return copy();
  } finally {
    release();
    page.dataset.theme = theme;
  }
}

function copyOf({ width, height, scenes, notes }) {
  const paper = svg("rect", { width, height, fill: "#ffffff" });
  const copies = scenes.map(([scene, transform]) => {
    const copy = styledCopy(scene);
    copy.setAttribute("transform", transform);
    return copy;
  });
  const element = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` }, [paper, ...copies, ...notes]);
  return { element, width, height };
}

// A copy of what is drawn, each element with its own colours in place of classes; null for what is hidden.
function styledCopy(element) {
  const style = getComputedStyle(element);
  if ((style.display === "none" && !element.closest("defs")) || element.matches(LEFT_OUT)) return null;
  const copy = document.createElementNS(element.namespaceURI, element.localName);
  for (const { name, value } of element.attributes) if (!UNPRINTED.test(name) || (name === "id" && element.localName === "pattern")) copy.setAttribute(name, value);
  const isText = ["text", "tspan"].includes(element.localName);
  for (const name of [...(element.localName === "g" ? ["opacity"] : PROPERTIES), ...(isText ? TEXT_PROPERTIES : [])]) {
    const value = plainColor(style.getPropertyValue(name));
    if (value && value !== DEFAULTS[name]) copy.setAttribute(name === "text-decoration-line" ? "text-decoration" : name, value);
  }
  const { x, y } = placeOf(element);
  if (x || y) copy.setAttribute("transform", `translate(${x} ${y})`);
  for (const child of element.childNodes) {
    const part = child.nodeType === Node.TEXT_NODE ? child.cloneNode() : styledCopy(child);
    if (part) copy.append(part);
  }
  return copy;
}

// Boxes are placed by a style.
function placeOf(element) {
  const { e: x, f: y } = new DOMMatrixReadOnly(element.style.transform);
  return { x, y };
}

// Mixed colours come as color(srgb 0.5 0.5 0.5), which other programs do not know.
export function plainColor(value) {
  const mixed = value.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/);
  if (!mixed) return value;
  const [red, green, blue] = mixed.slice(1, 4).map((part) => Math.round(255 * Number(part)));
  return mixed[4] ? `rgba(${red}, ${green}, ${blue}, ${mixed[4]})` : `rgb(${red}, ${green}, ${blue})`;
}

// The page's own font faces that the picture's texts use.
async function fontSheet(element) {
  const used = [...element.querySelectorAll("text")].map((text) => text.getAttribute("font-family")).join();
  const faces = [...document.styleSheets].flatMap(rulesOf).filter((rule) => rule instanceof CSSFontFaceRule);
  const wanted = faces.filter((rule) => used.includes(rule.style.getPropertyValue("font-family").replace(/["']/g, "")));
  const texts = await Promise.all(wanted.map(inlined));
  const sheet = svg("style");
  sheet.textContent = texts.join("\n");
  return sheet;
}

function rulesOf(sheet) {
  try {
    return [...sheet.cssRules];
  } catch {
    return []; // of an extension
  }
}

async function inlined(rule) {
  const [address, path] = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/);
  const response = await fetch(new URL(path, rule.parentStyleSheet.href ?? location.href));
  const bytes = new Uint8Array(await response.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return rule.cssText.replace(address, `url("data:font/woff2;base64,${btoa(binary)}")`);
}
