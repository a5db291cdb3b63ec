// A client of grpc-js: calls what tests/gateway/test_other_clients.py expects, and prints what it got as JSON.
// Arguments: target, .proto, certificate ('' for the socket), token ('' for none).
"use strict";
const fs = require("fs");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [target, proto, certificate, token] = process.argv.slice(2);
const { musicfs } = grpc.loadPackageDefinition(
  loader.loadSync(proto, { keepCase: true, longs: String, enums: String, defaults: false }),
);
const credentials = certificate
  ? grpc.credentials.createSsl(fs.readFileSync(certificate))
  : grpc.credentials.createInsecure();
const library = new musicfs.v1.MusicFS(target, credentials);
const metadata = new musicfs.v1.MetadataService(target, credentials);
const shown = () => {
  const made = new grpc.Metadata();
  if (token) made.set("authorization", `Bearer ${token}`);
  return made;
};
const deadline = () => ({ deadline: Date.now() + 60000 });
const unary = (client, name, request) =>
  new Promise((resolve) =>
    client[name](request, shown(), deadline(), (error, answer) =>
      resolve(error ? { code: grpc.status[error.code] } : answer),
    ),
  );
const streamed = (client, name, request, most = Infinity) =>
  new Promise((resolve) => {
    const found = [];
    const call = client[name](request, shown(), deadline());
    call.on("data", (one) => {
      found.push(one);
      if (found.length >= most) call.cancel();
    });
    call.on("error", (error) => resolve(found.length >= most ? found : [{ code: grpc.status[error.code] }]));
    call.on("end", () => resolve(found));
  });

(async () => {
  const told = {};
  told.status = await unary(library, "GetStatus", {});
  told.search = await unary(library, "Search", { query: "ann" });
  told.stream = await streamed(library, "SearchStream", { query: "artist:*" });
  told.wrong = await unary(library, "Search", { query: "" });
  const events = streamed(library, "SubscribeEvents", { event_types: ["metadata_changed"] }, 1);
  const file_id = told.search.results && told.search.results[0].file_id;
  told.update = await unary(metadata, "UpdateMetadata", { file_id, custom_tags: { mood: `js ${Date.now()}` } });
  told.events = told.update.code ? [] : await events;
  told.metadata = await unary(metadata, "GetMetadata", { virtual_path: "Ann/Lib (1999)/01 - T1.flac" });
  console.log(JSON.stringify(told));
  process.exit(0);
})();
