// Above the rows: all bytes that are kept between forward and backward, what they are, and the largest of them.

import { formatCount } from "../../format.js";
import { h } from "../../react.js";
import { shortBytes } from "../numbers.js";
import { flopText, largestWords } from "./words.js";

const NAMED_SHARE = 0.06;
const TOLD_SHARE = 0.13;
const WORTH_TELLING = 1e6; // bytes; of less, the sizes of the batch say more

export function Band({ step, show }) {
  const { totals, segments } = step;
  return h(
    "section",
    { className: "graph-step-band", "aria-label": "Saved for the backward pass" },
    h(
      "div",
      { className: "graph-step-band-words" },
      h("strong", { title: `${formatCount(totals.saved_bytes)} bytes` }, shortBytes(totals.saved_bytes)),
      h("span", null, "saved between forward and backward"),
      totals.recomputed_flops > 0 && h("span", { className: "graph-step-again", title: "Rematerialised: computed a second time in the backward pass, so that it need not be kept" }, h("i"), `${flopText(totals.recomputed_flops)} computed again instead of kept`),
      h("span", { className: "grow" }),
      totals.saved_bytes >= WORTH_TELLING && step.largest ? h(LargestSentence, { step, show }) : h("span", null, batchWords(step)),
    ),
    step.notes.length > 0 && h("div", { className: "graph-quiet", role: "status" }, step.notes.join(" ")),
    totals.saved_bytes > 0 && h("div", { className: "graph-step-bar", role: "list" }, segments.map((segment) => h(Segment, { key: segment.name, segment, share: segment.num_bytes / totals.saved_bytes }))),
  );
}

function batchWords({ batch, dtype }) {
  return [batch && `batch ${formatCount(batch)}`, dtype].filter(Boolean).join(" · ");
}

function Segment({ segment: { name, family, num_bytes: bytes }, share }) {
  const percent = `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
  const numbers = share >= TOLD_SHARE ? `${shortBytes(bytes)} · ${percent}` : shortBytes(bytes);
  return h(
    "div",
    { role: "listitem", title: `${name} ${shortBytes(bytes)} · ${percent}`, style: { flexGrow: share * 1000, "--family": `var(--f-${family})` } },
    share >= NAMED_SHARE && [h("span", { key: "name" }, name), h("span", { key: "bytes", className: "mono" }, ` ${numbers}`)],
  );
}

function LargestSentence({ step, show }) {
  const { owner, dtype, name, size, total, share } = largestWords(step);
  return [
    h("span", { key: "words", className: "graph-step-largest", title: `${share} of all saved bytes` }, `The largest tensor, ${owner}`, h("span", { className: "mono" }, dtype), ` ${name}, ${size}`, h("strong", null, total)),
    h("button", { key: "show", type: "button", className: "link", title: "Select the row that keeps it", onClick: () => show(step.largest.place) }, "Show it"),
  ];
}
