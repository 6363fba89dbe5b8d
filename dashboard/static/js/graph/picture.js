// The drawing as a picture of its own: SVG with its fonts and colours in it, or PNG for print. Light, as paper is.

import { svg } from "./svg.js";

const PAD_PX = 24;
const PRINT_SCALE = 4; // of CSS px: 430 dots per inch over 18 cm of 760 px
const MAX_SIDE_PX = 16_000; // of a canvas, as browsers have them
const MAX_AREA_PX = 120e6;
const PROPERTIES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "paint-order", "vector-effect"];
const TEXT_PROPERTIES = ["font-family", "font-size", "font-weight", "letter-spacing", "text-anchor", "text-decoration-line"];
const LEFT_OUT = ".graph-edge-hit, .graph-ring, .graph-head";
const DEFAULTS = { "fill-opacity": "1", stroke: "none", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", opacity: "1", "paint-order": "normal", "vector-effect": "none", "letter-spacing": "normal", "text-anchor": "start", "text-decoration-line": "none" };

// canvas: a GraphCanvas; isWhole: all of the drawing in full detail, else what is in sight as it is
export async function pictureSVG(canvas, isWhole) {
  const { element, width, height } = printed(canvas, () => copyOf(canvas, isWhole));
  element.prepend(await fontSheet(element));
  return { text: `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(element)}\n`, width, height };
}

export async function picturePNG(canvas, isWhole) {
  const { text, width, height } = await pictureSVG(canvas, isWhole);
  const scale = Math.min(PRINT_SCALE, MAX_SIDE_PX / Math.max(width, height), Math.sqrt(MAX_AREA_PX / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [Math.round(width * scale), Math.round(height * scale)];
  sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser has no room for a picture of this size. Save it as SVG."))), "image/png");
  });
}

// Does something while the drawing looks as on paper; nobody sees it, since nothing is painted meanwhile.
function printed(canvas, copy) {
  const page = document.documentElement;
  const [theme, { zoom }, selected] = [page.dataset.theme, canvas.svg.dataset, canvas.selected];
  canvas.svg.classList.add("is-printing");
  canvas.select("");
  page.dataset.theme = "light";
  try {
    return copy();
  } finally {
    page.dataset.theme = theme;
    canvas.svg.dataset.zoom = zoom;
    canvas.select(selected);
    canvas.svg.classList.remove("is-printing");
  }
}

function copyOf(canvas, isWhole) {
  const { drawing, view, size } = canvas;
  if (isWhole) canvas.svg.dataset.zoom = "near";
  const [width, height] = isWhole ? [drawing.left + drawing.right + 2 * PAD_PX, drawing.height + 2 * PAD_PX] : [size.width, size.height];
  const scene = styledCopy(canvas.scene);
  scene.setAttribute("transform", isWhole ? `translate(${drawing.left + PAD_PX} ${PAD_PX})` : `translate(${view.x} ${view.y}) scale(${view.k})`);
  const paper = svg("rect", { width, height, fill: "#ffffff" });
  const element = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` }, [paper, scene]);
  return { element, width, height };
}

// A copy of what is drawn, each element with its own colours in place of classes; null for what is hidden.
function styledCopy(element) {
  const style = getComputedStyle(element);
  if (style.display === "none" || element.matches(LEFT_OUT)) return null;
  const copy = document.createElementNS(element.namespaceURI, element.localName);
  for (const { name, value } of element.attributes) if (!/^(class|style|id|role|data-.*|aria-.*|tabindex)$/.test(name)) copy.setAttribute(name, value);
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
  const [, x = 0, y = 0] = element.style.transform.match(/translate\((-?[\d.]+)px(?:, (-?[\d.]+)px)?\)/) ?? [];
  return { x: Number(x), y: Number(y) };
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
