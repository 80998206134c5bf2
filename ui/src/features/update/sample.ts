// An update as the desk gives it, for the tests.
import type { UpdateView } from "../../bindings";

/** The view with some of it otherwise. */
export const viewWith = (change: Partial<UpdateView> = {}): UpdateView => ({
  state: "up_to_date",
  current_version: "0.1.0",
  version: null,
  notes_html: "",
  published_at: null,
  received_bytes: 0,
  size_bytes: null,
  checked_at: "2026-11-29T08:00:00Z",
  problem: null,
  problem_detail: "",
  blocker: null,
  is_fresh: false,
  ...change,
});

/** A newer version that is there. */
export const AVAILABLE = viewWith({ state: "available", version: "0.2.0", notes_html: "<p>New things</p>" });
