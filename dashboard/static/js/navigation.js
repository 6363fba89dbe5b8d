// From page to page without loading anew.

import { h, useEffect, useReducer, useSession } from "./react.js";
import { session } from "./session.js";

// A link to a page of the board; the view goes along.
export function PageLink({ href, children, ...properties }) {
  useSession(session, ["view"]);
  return h("a", { ...properties, href: session.view.href(href), onClick: followLink }, children);
}

// An ordinary link would load the page anew.
function followLink(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  session.view.visit(new URL(event.currentTarget.href).pathname);
}

// The page in sight, of those that `pages` lists; the first answers every other path.
export function usePage(pages) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    window.addEventListener("popstate", redraw);
    window.addEventListener("board-path", redraw);
    return () => {
      window.removeEventListener("popstate", redraw);
      window.removeEventListener("board-path", redraw);
    };
  }, []);
  const path = location.pathname.replace(/\/$/, "");
  return pages.find((page) => page.path === path) ?? pages[0];
}
