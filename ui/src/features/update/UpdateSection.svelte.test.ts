import { afterEach, expect, test, vi } from "vitest";
import type { UpdateProblem, UpdateView } from "../../bindings";
import { ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../../shared/shown";
import { AVAILABLE, viewWith } from "./sample";
import { Update } from "./update.svelte";
import UpdateSection from "./UpdateSection.svelte";

afterEach(() => vi.unstubAllGlobals());

function section(view: UpdateView, answers: ConstructorParameters<typeof ScriptedDesk>[0] = {}) {
  const desk = new ScriptedDesk(answers);
  const update = new Update(() => Promise.resolve(true));
  update.view = view;
  const onchannel = vi.fn();
  return { desk, update, onchannel, ...shown(UpdateSection, { update, channel: "stable", onchannel }) };
}

test("a newer version is shown with its notes and fetched when its expert says so", async () => {
  const { desk, find, press } = section(AVAILABLE, {
    update_download: () => viewWith({ state: "downloading", version: "0.2.0", received_bytes: 0 }),
  });
  expect(find("update-notes").innerHTML).toContain("<p>New things</p>");
  press("update-download");
  await vi.waitFor(() => expect(desk.count("update_download")).toBe(1));
  await vi.waitFor(() => expect(find("update-state").dataset["state"]).toBe("downloading"));
});

test("the download tells how far it is", () => {
  const { find, text } = section(
    viewWith({ state: "downloading", version: "0.2.0", received_bytes: 3_000_000, size_bytes: 12_000_000 }),
  );
  expect(find<HTMLProgressElement>("update-progress").value).toBe(0.25);
  expect(text()).toContain("of");
  expect(find<HTMLButtonElement>("update-check").disabled).toBe(true);
});

test("it is installed by one press, and restarted", async () => {
  const installed = viewWith({ state: "installed", version: "0.2.0" });
  const { desk, press } = section(viewWith({ state: "ready", version: "0.2.0" }), {
    update_install: () => installed,
    update_restart: () => installed,
  });
  press("update-install");
  await vi.waitFor(() => expect(desk.count("update_restart")).toBe(1));
});

test("every problem has words, and the version that runs stays named", () => {
  const problems: UpdateProblem[] = [
    "unreachable",
    "not_understood",
    "bad_signature",
    "older_version",
    "held_back",
    "not_installed",
  ];
  for (const problem of problems) {
    const { find, text } = section(viewWith({ problem }));
    expect(find("update-problem").textContent?.trim()).not.toContain("problem_");
    expect(text()).toContain("0.1.0");
  }
});

test("what stands in the way is said", () => {
  const { find } = section(viewWith({ state: "ready", version: "0.2.0", blocker: "sending" }));
  expect(find("update-blocker").textContent).toContain("sent");
});

test("a build without updates says so; a channel is chosen all the same", () => {
  const { find, has, onchannel } = section(viewWith({ state: "unavailable" }));
  expect(has("update-check")).toBe(false);
  find("update-channel-beta").click();
  expect(onchannel).toHaveBeenCalledWith("beta");
});
