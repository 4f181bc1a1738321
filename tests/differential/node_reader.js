// SPDX-License-Identifier: Apache-2.0
// Usage: node node_reader.js < CASES
// As reader.cpp, with the HTTP server of Node.js in place of the parser.
"use strict";
const { readFileSync } = require("fs");
const { createServer } = require("http");
const { Duplex } = require("stream");

const AT_ONCE = 200;
const PATIENCE = 30; // milliseconds, for a connection that waits for more

function read(hex) {
    return new Promise((resolve) => {
        const found = [];
        const refuse = () => { if (found.at(-1) !== "refused") found.push("refused"); };
        const server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
            let body = 0;
            request.on("data", (data) => { body += data.length; });
            request.on("end", () => {
                found.push(request.url.replace(/^https?:\/\/[^/?]*/i, "").replace(/\?$/, "") + ":" + body);
                response.end();
            });
            request.on("error", () => {});
        });
        const connection = new Duplex({
            read() {},
            write(chunk, encoding, done) {
                if (/^HTTP\/1\.1 4(00|31) /.test(chunk.toString("latin1"))) refuse();
                done();
            },
        });
        const end = () => { connection.destroy(); resolve(found.join(" ")); };
        connection.setTimeout = () => connection;
        connection.on("close", end);
        connection.on("error", () => {});
        server.on("clientError", () => { refuse(); end(); });
        server.on("checkExpectation", () => { refuse(); end(); });
        server.on("connect", () => { refuse(); end(); });
        server.emit("connection", connection);
        connection.push(Buffer.from(hex, "hex"));
        connection.push(null);
        setTimeout(end, PATIENCE);
    });
}

async function main() {
    const cases = readFileSync(0, "utf8").trim().split("\n");
    for (let at = 0; at < cases.length; at += AT_ONCE)
        for (const found of await Promise.all(cases.slice(at, at + AT_ONCE).map(read))) console.log(found);
    process.exit(0);
}

main();
