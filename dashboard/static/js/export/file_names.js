// What saved files are called.

const MAX_LENGTH = 80;

// `train/loss (EMA)` → `train-loss-EMA`; never empty, and no name that a file system or a shell takes amiss.
export function fileName(title) {
  const clean = title.normalize("NFC").replace(/[^\p{L}\p{N}._=+-]+/gu, "-").replace(/-{2,}/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return clean.slice(0, MAX_LENGTH) || "chart";
}
