// Which tags are one metric in training and in evaluation: train/loss and val/loss, loss/train and loss/test,
// train_loss and val_loss.

const TRAIN = new Set(["train", "training", "tr"]);
const EVAL = new Set(["val", "valid", "validation", "eval", "evaluation", "test", "dev"]);

// → Map(tag of training → its tags of evaluation, in their order)
export function findPairs(tags) {
  const evals = Map.groupBy(tags.flatMap((tag) => placesOf(tag, EVAL)), ({ rest }) => rest);
  const pairs = new Map();
  for (const tag of tags) {
    const found = placesOf(tag, TRAIN).flatMap(({ rest }) => evals.get(rest) ?? []);
    if (found.length > 0) pairs.set(tag, found.map((one) => one.tag));
  }
  return pairs;
}

// A tag without its word for the phase, once for each such word: [{tag, rest}].
function placesOf(tag, words) {
  const parts = tag.split(/([/_.-])/);
  return parts.flatMap((part, i) => (words.has(part.toLowerCase()) ? [{ tag, rest: [...parts.slice(0, i), "*", ...parts.slice(i + 1)].join("") }] : []));
}
