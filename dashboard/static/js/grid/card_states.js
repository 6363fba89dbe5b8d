// What stands in a card instead of a chart: why, what it means for the data, one line of evidence, one action.

import { codeWords } from "../code_words.js";
import { CopyButton } from "../copy_button.js";
import { countOf, formatCount } from "../format.js";
import { Icon, h, useEffect, useState } from "../react.js";
import { commonFolder } from "../run_style.js";
import { session } from "../session.js";

export function ReadError({ tag, error, numSelected, retry }) {
  const cause = error.status === undefined ? "The server does not answer." : error.status >= 500 ? "The server failed at it." : "The server refused it.";
  const evidence = `${tag}, ${countOf(numSelected, "run")}\n${error.status ?? "no answer"}: ${error.message}`;
  return h(ErrorState, { title: "This chart could not be read", text: `${cause} Your event files are not affected.`, evidence, details: evidence, retry });
}

export function DrawError({ tag, error, retry }) {
  const details = () => `This chart could not be drawn\n${tag} at ${location.pathname}\n${navigator.userAgent}\n${error.stack ?? error.message}`;
  return h(ErrorState, { title: "This chart could not be drawn", text: "The others work, and your event files are not affected.", evidence: error.message, details, retry });
}

function ErrorState({ title, text, evidence, details, retry }) {
  return h(
    "div",
    { className: "card-state is-error", role: "alert" },
    h("strong", null, h(Icon, { name: "alert-triangle" }), title),
    h("p", null, text),
    h("code", { className: "evidence", tabIndex: 0 }, evidence),
    h(
      "div",
      { className: "failure-actions" },
      h("button", { type: "button", className: "button", onClick: retry }, "Try again"),
      h(CopyButton, { text: typeof details === "function" ? details : `${title}\n${details}`, className: "button is-quiet" }),
    ),
  );
}

// A card that someone opened or pinned, of a tag that no selected run logs.
export function NoData({ runs, numSelected, leave }) {
  const names = [...runs];
  const select = () => session.select((selection) => selection.setMany(names, true));
  return h(
    "div",
    { className: "card-state" },
    h("strong", null, numSelected === 1 ? "The selected run does not log this tag" : `None of the ${formatCount(numSelected)} selected runs logs this tag`),
    h("p", null, ...sayWhoDoes(names)),
    h(
      "div",
      { className: "failure-actions" },
      h("button", { type: "button", className: "button", onClick: select }, names.length === 1 ? "Select that one" : `Select those ${formatCount(names.length)}`),
      h("button", { type: "button", className: "button is-quiet", onClick: leave.act }, leave.word),
    ),
  );
}

// A card that draws nothing, though its data came: what is missing, once that is known.
export function Nothing({ tags, loader, hasLines }) {
  const [found, setFound] = useState(null);
  const options = loader.optionsOf(tags);
  useEffect(() => {
    let isCurrent = true;
    loader.kind.explain(tags, session, options, hasLines).then((missing) => isCurrent && setFound(missing), (error) => session.emit("error", error));
    return () => {
      isCurrent = false;
    };
  }, [tags.join("\n"), session.selected, JSON.stringify(options), hasLines]);
  if (!found) return null;
  const { title, texts, action } = found;
  return h(
    "div",
    { className: "card-state" },
    h("strong", null, title),
    texts.map((text) => h("p", { key: text }, codeWords(text))),
    action && h("div", { className: "failure-actions" }, h("button", { type: "button", className: "button", onClick: action.run }, action.label)),
  );
}

function sayWhoDoes(names) {
  if (names.length === 1) return ["Run ", h("code", { key: "run" }, names[0]), " does."];
  const folder = commonFolder(names).slice(0, -1);
  const counted = `${formatCount(names.length)} runs`;
  return folder ? [`${counted} in `, h("code", { key: "folder" }, folder), " do."] : [`${counted} do.`];
}

// Before the first data: the frame of a chart, without a curve that nobody logged.
export function CardSkeleton() {
  return h(
    "div",
    { className: "card-skeleton", "aria-hidden": true },
    h("span", { className: "bone is-values" }),
    h("div", { className: "bone-plot" }, Array.from({ length: 4 }, (_, i) => h("span", { key: i, className: "bone-line" }))),
    h("span", { className: "bone is-foot" }),
  );
}

// A page before its tags are known.
export function GridSkeleton({ height }) {
  return h(
    "div",
    { className: "is-skeleton", role: "status", "aria-label": "Reading" },
    h("div", { className: "skeleton-head" }, h("span", { className: "bone" })),
    h(
      "div",
      { className: "cards" },
      Array.from({ length: 9 }, (_, i) =>
        h("div", { key: i, className: "card", style: { "--card-height": `${height}px` } }, h("div", { className: "card-head" }, h("span", { className: "bone is-title" })), h(CardSkeleton)),
      ),
    ),
  );
}
