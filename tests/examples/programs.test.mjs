/** examples/device-cli, examples/mcp-client and examples/native: programs at a terminal, and a person with a browser. */
import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "../package/consumer.mjs";
import { workshop } from "../package/installed.mjs";
import { answerServer, browse, freePort, providerWith, start } from "./harness.mjs";

/** Installing what an example needs takes its time, once. */
const LONG = { timeout: 400_000 };

test("device-cli logs in on another device, keeps the login, and refreshes it", LONG, async () => {
  const deviceFlow = {
    enabled: true,
    userCodeInputSource: (ctx, form) => { ctx.body = `${form}<button form="op.deviceInputForm">Continue</button>`; },
    userCodeConfirmSource: (ctx, form) => { ctx.body = `${form}<button form="op.deviceConfirmForm">Confirm</button>`; },
    successSource: (ctx) => { ctx.body = "Back to the device"; },
  };
  const client = { client_id: "device", redirect_uris: [], response_types: [], application_type: "native", grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"] };
  const [app, server] = await Promise.all([workshop("examples/device-cli"), providerWith({ client, ttl: { DeviceCode: 600 }, features: { deviceFlow } })]);
  const file = join(app.folder, "login.json");
  const programs = [];
  const launched = () => {
    programs.push(start(process.execPath, ["main.mjs"], app.folder, { ISSUER: server.issuer, CLIENT_ID: "device", LOGIN: file }));
    return programs.at(-1);
  };
  const login = async () => JSON.parse(await readFile(file, "utf8"));
  try {
    const first = launched();
    const [, address] = await first.says(/or open (\S+)/);
    await browse(async (page) => {
      await page.goto(address);
      await page.getByRole("button", { name: "Confirm" }).click();
      await answerServer(page);
      await page.getByText("Back to the device").waitFor();
    });
    assert.equal(await first.ended, 0, first.printed());
    assert.match(first.printed(), /You are Ada Lovelace\.\n$/);
    if (process.platform !== "win32") assert.equal((await stat(file)).mode & 0o777, 0o600);

    const second = launched();
    assert.equal(await second.ended, 0, second.printed());
    assert.equal(second.printed().trim(), "You are Ada Lovelace.", "the kept login is used");

    const kept = await login();
    await writeFile(file, JSON.stringify({ ...kept, expires_at: 1 }));
    const third = launched();
    assert.equal(await third.ended, 0, third.printed());
    const fresh = await login();
    assert.notEqual(fresh.access_token, kept.access_token);
    assert.notEqual(fresh.refresh_token, kept.refresh_token, "the server rotates, and the file has the new one");
  } finally {
    await Promise.all(programs.map((program) => program.end()));
    await Promise.all([app.remove(), server.close()]);
  }
});

test("mcp-client finds its authorization server, registers, logs in and lists the tools", LONG, async () => {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const features = {
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true, defaultResource: () => undefined, useGrantedResource: () => true,
      getResourceServerInfo: (_, asked) => ({ scope: "api", audience: asked, accessTokenFormat: "jwt", accessTokenTTL: 60 }),
    },
  };
  const client = { client_id: "nobody", redirect_uris: ["https://app.example/callback"] };
  const [app, server] = await Promise.all([workshop("examples/mcp-client"), providerWith({ client, features })]);
  let program;
  const mcp = start(process.execPath, ["server.mjs"], app.folder, { ISSUER: server.issuer, PORT: String(port) });
  try {
    await mcp.says(/An MCP server is at/);
    program = start(process.execPath, ["main.mjs", resource], app.folder);
    const [, address] = await program.says(/\n(http\S+)/);
    assert.equal(new URL(address).searchParams.get("resource"), resource);
    await browse(async (page) => {
      await page.goto(address);
      await answerServer(page);
      await page.getByText("You may close this page.").waitFor();
    });
    assert.equal(await program.ended, 0, program.printed());
    assert.match(program.printed(), /whoami: Says that you are ada\.lovelace/);
  } finally {
    await Promise.all([mcp.end(), program?.end()]);
    await Promise.all([app.remove(), server.close()]);
  }
});

test("native logs in by the browser of this machine, with reqwest and ring, and refreshes", LONG, async () => {
  const client = { client_id: "native", application_type: "native", redirect_uris: ["http://127.0.0.1/callback"] };
  const server = await providerWith({ client });
  const program = start(join(ROOT, `target/examples/debug/grantkit-example-native${process.platform === "win32" ? ".exe" : ""}`), [], ROOT, { ISSUER: server.issuer, CLIENT_ID: "native" });
  try {
    const [, address] = await program.says(/\n(http\S+)/);
    await browse(async (page) => {
      await page.goto(address);
      await answerServer(page);
      await page.getByText("You may close this page.").waitFor();
    });
    assert.equal(await program.ended, 0, program.printed());
    assert.match(program.printed(), /You are Ada Lovelace\.\nChecked: state .*id_token_signature.*\nRefreshed: still Ada Lovelace\.\n$/);
  } finally {
    await program.end();
    await server.close();
  }
});
