/** Where the window is. */
export type Place = "desk" | "requests" | "insights" | "settings";
