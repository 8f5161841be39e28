"use strict";
// The page of the playground. All numbers come from WebAssembly; this script reads the form and draws.
(() => {
    const form = document.getElementById("pg");
    const find = id => document.getElementById(`pg-${id}`);
    const fields = [...form.querySelectorAll("[name]")];

    // Amounts of `linear()`, `spread()`, `up_to()` and of a plain fraction.
    const amounts = [["backoff", find("backoff-amount")], ["jitter", find("jitter-amount")]];

    function value(field) {
        if (field.type === "checkbox") return field.checked ? "true" : "";
        if (!field.value.endsWith("()")) return field.value;
        const amount = amounts.find(([name]) => name === field.name)[1].value;
        return field.value === "()" ? amount : field.value.replace("()", `(${amount})`);
    }

    function read() {
        return JSON.stringify(Object.fromEntries(fields.map(field => [field.name, value(field)])));
    }

    function svg(name, attributes, ...children) {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, of] of Object.entries(attributes)) element.setAttribute(key, of);
        element.append(...children);
        return element;
    }

    // Steps of 1, 2 or 5 times a power of ten, about five of them up to `end`.
    function ticks(end) {
        const power = 10 ** Math.floor(Math.log10(end / 4));
        const step = [1, 2, 5, 10].map(digit => digit * power).find(step => end / step <= 5);
        return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, n) => n * step);
    }

    function seconds(time) {
        const round = digits => Number(digits.toPrecision(6));
        if (time === 0) return "0";
        if (time < 1e-3) return `${round(time * 1e6)} µs`;
        if (time < 1) return `${round(time * 1e3)} ms`;
        if (time < 1e4) return `${round(time)} s`;
        return `${round(time).toExponential()} s`;
    }

    // The width of a picture in its own units follows the page, so that text keeps its size on a phone.
    function frame(figure, height, label) {
        const width = Math.max(280, figure.clientWidth);
        const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
        figure.replaceChildren(picture);
        return { picture, width };
    }

    function timeAxis(picture, { left, right, top, bottom }, end) {
        const x = time => left + (right - left) * time / end;
        for (const time of ticks(end)) {
            picture.append(
                svg("line", { class: "grid", x1: x(time), x2: x(time), y1: top, y2: bottom }),
                svg("text", { x: x(time), y: bottom + 18, "text-anchor": "middle" }, seconds(time)),
            );
        }
        return x;
    }

    const SHOWN = 12;
    const ROW = 22;

    function drawSchedule(answer) {
        const rows = answer.rows.slice(0, SHOWN);
        const bottom = 14 + ROW * (rows.length + 1);
        const { picture, width } = frame(find("schedule"), bottom + 28, `Attempts against time: ${answer.sentence}`);
        const area = { left: 34, right: width - 24, top: 8, bottom };
        const last = rows.at(-1)?.latest || 1;
        const x = timeAxis(picture, area, last);
        const y = attempt => 14 + ROW * (attempt - 0.5);
        picture.append(svg("text", { x: 4, y: y(1) + 4 }, "1"), svg("circle", { class: "call", cx: x(0), cy: y(1), r: 3 }));
        rows.forEach((row, n) => {
            const middle = y(n + 2);
            picture.append(
                svg("text", { x: 4, y: middle + 4 }, String(n + 2)),
                svg("rect", {
                    class: "band", x: x(row.earliest), y: middle - 7,
                    width: Math.max(2, x(row.latest) - x(row.earliest)), height: 14, rx: 2,
                }),
            );
            for (const call of answer.calls) {
                if (call.length > n) picture.append(svg("circle", { class: "call", cx: x(call[n]), cy: middle, r: 2 }));
            }
        });
        if (answer.deadline !== null && answer.deadline <= last) {
            const at = x(answer.deadline);
            picture.append(svg("line", { class: "deadline", x1: at, x2: at, y1: 8, y2: bottom }));
        }
    }

    function cell(text, tag = "td") {
        const element = document.createElement(tag);
        element.textContent = text;
        return element;
    }

    function fillTable(answer) {
        const rows = answer.rows.map(row => {
            const line = document.createElement("tr");
            const texts = [row.shortest, row.longest, row.delay + 1, row.from, row.to];
            line.append(cell(row.delay, "th"), ...texts.map(text => cell(text)));
            return line;
        });
        find("table").tBodies[0].replaceChildren(...rows);
    }

    function worst(answer) {
        const wait = answer.worst === null ? "The waits have no limit" : `All waits together last at most ${answer.worst}`;
        const limit = answer.deadline === null ? "" : ` No attempt starts later than ${answer.deadline_text} after the first.`;
        const more = answer.left_out === 0 ? "" : ` The table has the first ${answer.rows.length} delays.`;
        return `${wait}.${limit}${more}`;
    }

    function showError(refused) {
        for (const place of form.querySelectorAll("[data-for]")) {
            const own = place.dataset.for.split(" ");
            const concerned = refused !== null && own.includes(refused.field);
            place.textContent = concerned ? refused.message : "";
            for (const field of fields.filter(field => own.includes(field.name))) {
                field.toggleAttribute("aria-invalid", concerned);
                if (concerned) field.setAttribute("aria-invalid", "true");
            }
        }
    }

    function update() {
        for (const [name, input] of amounts) input.hidden = !find(name).value.endsWith("()");
        const answer = JSON.parse(wasm_bindgen.schedule(read()));
        const refused = "message" in answer ? answer : null;
        showError(refused);
        form.dataset.state = refused === null ? "ready" : "refused";
        if (refused !== null) return;
        for (const [name, placeholder] of Object.entries(answer.preset)) {
            const field = fields.find(field => field.name === name && field.type === "text");
            if (field) field.placeholder = placeholder;
        }
        find("sentence").textContent = `${answer.sentence}.`;
        find("worst").textContent = worst(answer);
        find("attribute").textContent = answer.attribute;
        find("closure").textContent = answer.closure;
        drawSchedule(answer);
        fillTable(answer);
    }

    function start() {
        find("preset").append(...JSON.parse(wasm_bindgen.presets()).map(name => new Option(name)));
        form.addEventListener("input", update);
        form.addEventListener("submit", event => event.preventDefault());
        // The book turns its pages with the arrow keys, which move the cursor and the choice here.
        form.addEventListener("keydown", event => event.stopPropagation());
        for (const button of form.querySelectorAll("[data-copy]")) {
            button.addEventListener("click", () => {
                const code = document.getElementById(button.dataset.copy);
                navigator.clipboard?.writeText(code.textContent);
                getSelection().selectAllChildren(code);
            });
        }
        addEventListener("resize", update);
        update();
    }

    if (typeof PLAYGROUND_WASM === "undefined") return;
    const bytes = Uint8Array.from(atob(PLAYGROUND_WASM), letter => letter.charCodeAt(0));
    wasm_bindgen({ module_or_path: bytes }).then(start);
})();
