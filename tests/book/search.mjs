// Searches the rendered book as its own page does: the same library, index and options.
// `node tests/book/search.mjs target/book`

import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";

// What a reader types, and a page that has to be among the first five results.
const queries = {
    "Retry-After": "cookbook/retry-after.html",
    "circuit breaker": "budget-and-breaker.html",
    "jitter": "concepts/jitter.html",
    "anyhow": "attribute.html",
    "Lambda": "cookbook/hard-time-limits.html",
    "test without waiting": "questions.html",
    "playground": "playground.html",
};

const folder = process.argv[2];
const file = prefix => {
    const name = fs.readdirSync(folder).find(name => name.startsWith(prefix) && name.endsWith(".js"));
    return fs.readFileSync(path.join(folder, name), "utf8");
};
const page = vm.createContext({ window: {} });
page.window.search = {};
vm.runInContext(file("elasticlunr"), page);
vm.runInContext(file("searchindex"), page);
const config = page.window.search;
const index = page.elasticlunr.Index.load(config.index);

let failed = false;
for (const [query, wanted] of Object.entries(queries)) {
    const found = index.search(query, config.search_options).map(result => config.doc_urls[result.ref].split("#")[0]);
    const pages = [...new Set(found)].slice(0, 5);
    if (!pages.includes(wanted)) {
        failed = true;
        console.error(`\`${query}\` does not find ${wanted}, but ${pages.join(", ") || "nothing"}`);
    }
}
process.exit(failed ? 1 : 0);
