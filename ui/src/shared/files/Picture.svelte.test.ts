import { afterEach, expect, test, vi } from "vitest";
import { later, refusal, ScriptedDesk } from "../../host/scripted-desk";
import { shown } from "../shown";
import Picture from "./Picture.svelte";
import { FILE, PHOTO } from "./sample";

afterEach(() => vi.unstubAllGlobals());

const picture = (file = PHOTO) => shown(Picture, { file, questionId: "question-1", small: true }).target;

test("until it is here an icon stands for it, then it itself, which says nothing beside its name", async () => {
  const slow = later<{ media_type: string; content_base64: string }>();
  new ScriptedDesk({ attachment_preview: () => slow.promise });
  const target = picture();
  expect(target.querySelector("svg")).not.toBeNull();
  slow.give({ media_type: "image/png", content_base64: "AAAA" });
  await vi.waitFor(() => expect(target.querySelector("img")?.src).toBe("data:image/png;base64,AAAA"));
  expect(target.querySelector("img")?.alt).toBe("");
});

test("of what is no picture nothing is asked, and of what cannot be had the icon stays", async () => {
  const desk = new ScriptedDesk({
    attachment_preview: () => {
      throw refusal("offline");
    },
  });
  expect(picture(FILE).querySelector("svg")).not.toBeNull();
  expect(desk.asked).toEqual([]);
  const target = picture();
  await vi.waitFor(() => expect(desk.count("attachment_preview")).toBe(1));
  expect(target.querySelector("img")).toBeNull();
});
