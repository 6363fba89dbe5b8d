// What the cards of a kind are made of, as hooks: its loader and its tags.

import { cardKinds } from "../cards/index.js";
import { useLayoutEffect, useState } from "../react.js";
import { session } from "../session.js";
import { Loader } from "./loader.js";

const RETRY_MS = 2_000;

// The loader of the kind; null before the first layout.
export function useLoader(kind) {
  const [loader, setLoader] = useState(null);
  useLayoutEffect(() => {
    const made = new Loader(cardKinds[kind], session);
    setLoader(made);
    return () => made.close();
  }, [kind]);
  return loader;
}

// The tags of the kind, kept up to date; null until they are known.
export function useTags(kind) {
  const [tags, setTags] = useState(null);
  useLayoutEffect(() => {
    let isCurrent = true;
    let retry = null;
    const read = async () => {
      clearTimeout(retry);
      try {
        const found = await session.tags(kind);
        if (isCurrent) setTags(found);
      } catch (error) {
        session.emit("error", error);
        if (isCurrent) retry = setTimeout(read, RETRY_MS);
      }
    };
    setTags(session.knownTags(kind));
    if (session.isLoaded) read();
    const off = session.on("runs", read);
    return () => {
      isCurrent = false;
      clearTimeout(retry);
      off();
    };
  }, [kind]);
  return tags;
}
