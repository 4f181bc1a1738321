#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Usage: who_am_i.mjs [ACCOUNT]
//
// Asks Clio who the user is, with a token from the agent. Needs only Node (18 or later): the agent speaks HTTP over a
// Unix socket. If Clio refuses the token, the script tells the agent and tries again with a new token.

import http from "node:http";

const socketPath = process.env.CLIO_AGENT_SOCK; // eval "$(clioctl env)"

function callAgent(method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const headers = text ? { "Content-Length": Buffer.byteLength(text) } : {};
    const request = http.request({ socketPath, path, method, headers, timeout: 40_000 }, async (response) => {
      response.setEncoding("utf8");
      let answer = "";
      for await (const piece of response) answer += piece;
      const json = JSON.parse(answer);
      if (response.statusCode === 200) resolve(json);
      else reject(new Error(`${json.code}: ${json.detail}`));
    });
    request.on("timeout", () => request.destroy(new Error("no answer from the agent")));
    request.on("error", reject);
    request.end(text);
  });
}

function askClio(token) {
  return fetch(`${token.api_base}/users/who_am_i.json?fields=id,name,email`, {
    headers: { Authorization: `Bearer ${token.access_token}` },
  });
}

async function main(account) {
  const path = account ? `/v1/accounts/${account}/token` : "/v1/token";
  const token = await callAgent("GET", path);
  let response = await askClio(token);
  if (response.status === 401) {
    await callAgent("POST", `/v1/accounts/${token.account}/report`, { generation: token.generation, status: 401 });
    response = await askClio(await callAgent("GET", path));
  }
  if (!response.ok) throw new Error(`Clio: HTTP ${response.status}`);
  const { data } = await response.json();
  console.log(`${data.name} <${data.email}>`);
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
