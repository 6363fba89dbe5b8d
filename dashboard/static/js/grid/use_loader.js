// What the cards of a kind are made of, as hooks: its loader and its tags.

import { cardKinds } from "../cards/index.js";
import { useEffect, useState } from "../react.js";
import { session } from "../session.js";
import { Loader } from "./loader.js";

const RETRY_MS = 2_000;

// The loader of the kind, null until its module is there; a module that cannot be loaded is the page's failure.
export function useLoader(kind) {
  const [loader, setLoader] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let made = null;
    let isCurrent = true;
    const make = ({ card }) => {
      if (!isCurrent) return;
      made = new Loader(card, session);
      setLoader(made);
    };
    cardKinds[kind]().then(make, setError);
    return () => {
      isCurrent = false;
      made?.close();
    };
  }, [kind]);
  if (error) throw error;
  return loader;
}

// The tags of the kind, kept up to date; null until they are known.
export function useTags(kind) {
  const [tags, setTags] = useState(null);
  useEffect(() => {
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
    setTags(null);
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
