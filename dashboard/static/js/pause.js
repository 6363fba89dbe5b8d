// → promise that is kept after so many milliseconds, or when `take` has called what it was given.
export function pause(milliseconds, take = () => {}) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    take(resolve);
  });
}
