// The only folder that knows Tauri. Everything else asks through `request` and hears through `listen`.
import type { ApiError, DeskEvent, Requests } from "../bindings";
import { loopbackHost } from "./loopback";
import { tauriHost } from "./tauri";

/** The arguments of a request: none where it takes nothing. */
type Arguments<N extends keyof Requests> = Requests[N]["request"] extends null
  ? []
  : [Requests[N]["request"]];

/** What carries requests and events. */
export interface Host {
  request(name: string, payload: unknown): Promise<unknown>;
  listen(hear: (event: DeskEvent) => void): Promise<() => void>;
}

const host: Host = "__TAURI_INTERNALS__" in window ? tauriHost : loopbackHost;

/** Asks the desk. A refusal is thrown as an `ApiError`. */
export async function request<N extends keyof Requests>(
  name: N,
  ...payload: Arguments<N>
): Promise<Requests[N]["response"]> {
  try {
    return (await host.request(name, payload[0] ?? null)) as Requests[N]["response"];
  } catch (error) {
    throw asApiError(error);
  }
}

/** Hears what happens; gives a function that stops it. */
export function listen(hear: (event: DeskEvent) => void): Promise<() => void> {
  return host.listen(hear);
}

/** What was thrown, as the error that the UI has words for. */
export function asApiError(error: unknown): ApiError {
  if (typeof error === "object" && error !== null && "code" in error && "fields" in error) {
    return error as ApiError;
  }
  return { code: "internal", detail: String(error), fields: [] };
}
