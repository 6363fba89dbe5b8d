// What the live state says: words of a fixed form, and what stands behind them.

import { countOf, formatAmount, formatBytes, formatDuration } from "./format.js";

const LEAST_SECS = 1;

// → {look, text, title}. Times in seconds:
//   state       of the link: live, paused, reading, stale
//   silence     since the server was heard
//   shareRead   of the bytes that a look found, 0 to 1
//   numHeld, numRunsHeld   points and runs held back while paused
//   looked      since the server looked at the logdir, if that holds no run; null if it holds any
//   isRunning   whether a run is expected to write more
//   age         since the newest point; Infinity if there is none
export function describeLive({ state, silence, shareRead, numHeld, numRunsHeld, looked, isRunning, age }) {
  if (state === "stale") return say("stale", `no answer · ${ago(silence)}`, "The server does not answer. The page tries again by itself. Click to try now.");
  if (state === "paused") return describePaused(numHeld, numRunsHeld);
  if (state === "reading") {
    const percent = Math.min(99, Math.floor(100 * (shareRead)));
    return say("reading", `reading · ${percent} %`, `${percent} % of the bytes that are new in the logdir are read. Click to pause (Space).`);
  }
  if (looked !== null) return say("live", `watching · ${ago(looked)} ago`, "The logdir holds no event files yet. The first point shows here within a second of being written.");
  if (!isRunning) return say("idle", "up to date", "No run is writing. New points appear within 200 ms. Click to pause (Space).");
  if (age === Infinity) return say("live", "live · no points", "A run is going on that has logged no point yet. New ones appear within 200 ms. Click to pause (Space).");
  return say("live", `live · ${ago(age)} ago`, "Live: new points appear within 200 ms. Click to pause (Space).");
}

// How far a look has come. numBytes: [read, found]; secs: how long it takes so far, as the page saw it, in which it read
// numSeen bytes. What is left of it is said once it can be told.
export function describeReading([numRead, numFound], secs, numSeen) {
  const left = secs >= LEAST_SECS && numSeen > 0 ? `, ${formatDuration(((numFound - numRead) / numSeen) * secs)} left` : "";
  return `${formatBytes(numRead)} of ${formatBytes(numFound)}${left}`;
}

function describePaused(numHeld, numRunsHeld) {
  const action = "Click to resume (Space).";
  const runs = countOf(numRunsHeld, "run");
  if (numHeld > 0) {
    const points = countOf(numHeld, "new point");
    return say("paused", `paused · ${formatAmount(numHeld)} new`, `${points} in ${runs} since you paused. ${action}`);
  }
  return say("paused", "paused", numRunsHeld > 0 ? `No new scalars since you paused; other news of ${runs}. ${action}` : `Nothing new since you paused. ${action}`);
}

function ago(seconds) {
  return formatDuration(Math.floor(seconds), 1);
}

function say(look, text, title) {
  return { look, text, title };
}

// One line for a lost server; the numbers are full seconds. heard: the wall time of the data, as written on a clock;
// nextTry: until the next try, null while one is under way.
export function describeLoss(silence, heard, nextTry) {
  const data = heard === null ? "" : ` ${dataOf(heard)}`;
  return {
    text: `No answer from the server for ${ago(silence)}.${data}`,
    detail: nextTry === null ? "trying now" : `next try in ${ago(Math.ceil(nextTry))}`,
  };
}

// One line for a server that does not let the page in any more.
export function describeRefusal(sentence, heard) {
  return { text: sentence, detail: heard === null ? "" : dataOf(heard) };
}

function dataOf(heard) {
  return `You see the data of ${heard}.`;
}
