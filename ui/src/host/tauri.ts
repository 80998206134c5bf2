import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { DeskEvent } from "../bindings";
import type { Host } from "./index";

/** The desk in the same program. */
export const tauriHost: Host = {
  request: (name, payload) => invoke("desk_request", { name, payload }),
  listen: (hear) => listen<DeskEvent>("desk_event", (event) => hear(event.payload)),
};
