"use strict";
// The page of the playground. All numbers come from WebAssembly; this script reads the form and draws.
(() => {
    const form = document.getElementById("pg");
    const find = id => document.getElementById(`pg-${id}`);
    const sections = [...document.querySelectorAll(".pg")];
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

    function countAxis(picture, { left, right, top, bottom }, highest) {
        const y = count => bottom - (bottom - top) * count / highest;
        for (const count of ticks(highest).filter(Number.isInteger)) {
            picture.append(
                svg("line", { class: "grid", x1: left, x2: right, y1: y(count), y2: y(count) }),
                svg("text", { x: left - 6, y: y(count) + 4, "text-anchor": "end" }, String(count)),
            );
        }
        return y;
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

    function worst(answer) {
        const wait = answer.worst === null ? "The waits have no limit" : `All waits together last at most ${answer.worst}`;
        const limit = answer.deadline === null ? "" : ` No attempt starts later than ${answer.deadline_text} after the first.`;
        const more = answer.left_out === 0 ? "" : ` The table has the first ${answer.rows.length} delays.`;
        return `${wait}.${limit}${more}`;
    }

    function drawFleet(answer) {
        const { picture, width } = frame(find("fleet"), 210, "Writes of the fleet over time");
        const area = { left: 40, right: width - 24, top: 10, bottom: 180 };
        const highest = Math.max(...answer.failed.map((count, part) => count + answer.succeeded[part]), 1);
        const x = timeAxis(picture, area, answer.end);
        const y = countAxis(picture, area, highest);
        const part = (area.right - area.left) / answer.failed.length;
        answer.failed.forEach((failed, n) => {
            const [left, succeeded] = [area.left + n * part, answer.succeeded[n]];
            const bar = (kind, from, to) => svg("rect", {
                class: kind, x: left, y: y(to), width: Math.max(1, part - 1), height: y(from) - y(to),
            });
            picture.append(bar("answers", 0, succeeded), bar("failed", succeeded, succeeded + failed));
        });
        fill("costs", answer.costs.map(cost => [
            cost.name, cost.calls, cost.done, cost.is_complete ? cost.time : `over ${cost.time}`,
        ]));
    }

    const LINES = ["requests", "failed", "rejections"];

    function drawBrownout(figure, run, { length, from, to }, highest) {
        const { picture, width } = frame(figure, 190, `${run.title}: requests, retries, rejections and answers in each second`);
        const area = { left: 40, right: width - 24, top: 30, bottom: 160 };
        const at = time => area.left + (area.right - area.left) * time / length;
        picture.append(
            svg("text", { class: "title", x: area.left, y: 18 }, run.title),
            svg("rect", { class: "brownout", x: at(from), y: area.top, width: at(to) - at(from), height: area.bottom - area.top }),
        );
        const x = timeAxis(picture, area, length);
        const y = countAxis(picture, area, highest);
        const points = column => run.seconds.map((second, n) => `${x(n + 0.5)},${y(second[column])}`).join(" ");
        const ends = [`${x(0.5)},${y(0)}`, `${x(length - 0.5)},${y(0)}`];
        picture.append(svg("polygon", { class: "answers", points: `${ends[0]} ${points(3)} ${ends[1]}` }));
        LINES.forEach((kind, column) => picture.append(svg("polyline", { class: kind, points: points(column) })));
    }

    function drawBrownouts(answer) {
        const highest = Math.max(...answer.runs.flatMap(run => run.seconds.map(second => Math.max(...second))));
        answer.runs.forEach((run, n) => drawBrownout(find(["plain", "careful"][n]), run, answer, highest));
        fill("totals", answer.runs.map(run => [run.title, ...run.total]));
    }

    function fill(table, rows) {
        find(table).tBodies[0].replaceChildren(...rows.map(([first, ...texts]) => {
            const line = document.createElement("tr");
            line.append(cell(first, "th"), ...texts.map(text => cell(text)));
            return line;
        }));
    }

    function mark(field, isWrong) {
        if (isWrong) field.setAttribute("aria-invalid", "true");
        else field.removeAttribute("aria-invalid");
    }

    function showError(refused) {
        for (const place of form.querySelectorAll("[data-for]")) {
            const own = place.dataset.for.split(" ");
            const isConcerned = own.includes(refused?.field);
            place.textContent = isConcerned ? refused.message : "";
            fields.filter(field => own.includes(field.name)).forEach(field => mark(field, isConcerned));
        }
    }

    function setState(state) {
        for (const section of sections) section.dataset.state = state;
    }

    function showSchedule(answer) {
        for (const [name, placeholder] of Object.entries(answer.preset)) {
            const field = fields.find(field => field.name === name && field.type === "text");
            if (field) field.placeholder = placeholder;
        }
        find("sentence").textContent = `${answer.sentence}.`;
        find("worst").textContent = worst(answer);
        find("attribute").textContent = answer.attribute;
        find("closure").textContent = answer.closure;
        drawSchedule(answer);
        fill("table", answer.rows.map(row => [row.delay, row.shortest, row.longest, row.delay + 1, row.from, row.to]));
    }

    function simulate() {
        const answer = JSON.parse(wasm_bindgen.fleet(read(), find("clients").value));
        const isWrong = answer.field === "clients";
        find("clients-error").textContent = isWrong ? answer.message : "";
        mark(find("clients"), isWrong);
        if (!("message" in answer)) drawFleet(answer);
        const brownout = JSON.parse(wasm_bindgen.brownout(read()));
        if (!("message" in brownout)) {
            drawBrownouts(brownout);
            setState("simulated");
        }
    }

    let simulation = 0;

    // The simulations take longer than the schedule, so they wait for a pause in typing.
    function update() {
        clearTimeout(simulation);
        for (const [name, input] of amounts) input.hidden = !find(name).value.endsWith("()");
        const answer = JSON.parse(wasm_bindgen.schedule(read()));
        const isRefused = "message" in answer;
        showError(isRefused ? answer : null);
        setState(isRefused ? "refused" : "ready");
        if (isRefused) return;
        showSchedule(answer);
        simulation = setTimeout(simulate, 150);
    }

    function copy(button) {
        const code = document.getElementById(button.dataset.copy);
        getSelection().selectAllChildren(code);
        // A page that was opened as a file may not have a clipboard: the code is selected then.
        navigator.clipboard?.writeText(code.textContent).then(() => { button.textContent = "Copied"; }, () => {});
    }

    function start() {
        find("preset").append(...JSON.parse(wasm_bindgen.presets()).map(name => new Option(name)));
        for (const section of sections) {
            for (const event of ["input", "change"]) section.addEventListener(event, update);
        }
        form.addEventListener("submit", event => event.preventDefault());
        for (const button of form.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
        let width = innerWidth;
        addEventListener("resize", () => {
            // On a phone the height changes with each scroll.
            if (innerWidth !== width) update();
            width = innerWidth;
        });
        setState("ready");
        update();
    }

    if (typeof PLAYGROUND_WASM === "undefined") return;
    const bytes = Uint8Array.from(atob(PLAYGROUND_WASM), letter => letter.charCodeAt(0));
    wasm_bindgen({ module_or_path: bytes }).then(start);
})();
