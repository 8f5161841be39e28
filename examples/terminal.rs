//! The log of one call, as a picture: a server in this process answers 503 twice, then sends the report.
//!
//! `cargo run --example terminal > docs/book/src/images/retry.svg` draws the picture of the README. The log goes to standard error,
//! too.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, Uri};
use reattempt::retry;
use tokio::time::Instant;
use tracing_subscriber::fmt::{format, time::FormatTime};

#[retry(max = 4, base = "200ms", when = is_transient)]
async fn report(http: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    http.get(url).send().await?.error_for_status()?.text().await
}

fn is_transient(error: &reqwest::Error) -> bool {
    error.is_timeout() || error.is_connect() || error.status().is_some_and(|status| status.is_server_error())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = Log::default();
    let lines = log.clone();
    let console = tracing_subscriber::fmt().with_ansi(true).with_timer(Clock(Instant::now()));
    console.with_writer(move || lines.clone()).init();

    let requests = Arc::new(AtomicU32::new(0));
    let count = requests.clone();
    let router = axum::Router::new().fallback(move |uri: Uri| async move {
        match (uri.path(), count.fetch_add(1, Relaxed)) {
            ("/report", 0 | 1) => (StatusCode::SERVICE_UNAVAILABLE, ""),
            ("/report", _) => (StatusCode::OK, "42 orders"),
            _ => (StatusCode::NOT_FOUND, ""),
        }
    });
    let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let server = socket.local_addr()?;
    tokio::spawn(async move { axum::serve(socket, router).await });

    let http = reqwest::Client::builder().no_proxy().build()?;
    let answer = report(&http, &format!("http://{server}/report")).await?;
    assert_eq!((answer.as_str(), requests.load(Relaxed)), ("42 orders", 3));
    let log = log.text();
    assert!(report(&http, &format!("http://{server}/lost")).await.is_err());
    assert_eq!(requests.load(Relaxed), 4, "a 404 is one request");

    io::stdout().write_all(picture(&log).as_bytes())?;
    Ok(())
}

/// Writes the seconds since the start of the program.
struct Clock(Instant);

impl FormatTime for Clock {
    fn format_time(&self, writer: &mut format::Writer<'_>) -> std::fmt::Result {
        write!(writer, "{:.3}s", self.0.elapsed().as_secs_f64())
    }
}

/// Keeps what is logged, and passes it to standard error.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        io::stderr().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Characters in a line of the picture; a longer line of the log is continued on the next, indented.
const COLUMNS: usize = 96;
const INDENT: usize = 4;
const LINE_HEIGHT: usize = 20;

/// A character and its colour.
type Cell = (char, &'static str);

fn picture(log: &str) -> String {
    let mut rows = vec![plain("$ cargo run --example terminal")];
    rows.extend(log.lines().flat_map(|line| wrap(&cells(line))));
    let (width, height) = (COLUMNS * 8 + 32, rows.len() * LINE_HEIGHT + 28);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"13\" \
         xml:space=\"preserve\">\n"
    );
    for (row, line) in rows.iter().enumerate() {
        let _ = write!(svg, "<text x=\"16\" y=\"{}\">", row * LINE_HEIGHT + 30);
        for run in line.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|(character, _)| escape(*character)).collect();
            let _ = write!(svg, "<tspan fill=\"{}\">{text}</tspan>", run[0].1);
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn plain(text: &str) -> Vec<Cell> {
    text.chars().map(|character| (character, "#e6edf3")).collect()
}

/// Splits a line of a terminal at its escape sequences, each of which sets a colour.
fn cells(line: &str) -> Vec<Cell> {
    let mut pieces = line.split('\x1b');
    let mut cells = plain(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (code, text) = piece.split_once('m').unwrap_or_default();
        let colour = match code {
            "[2" => "#8b949e",
            "[31" => "#ff7b72",
            "[32" => "#7ee787",
            "[33" => "#e3b341",
            _ => "#e6edf3",
        };
        cells.extend(text.chars().map(|character| (character, colour)));
    }
    cells
}

/// Breaks a line at spaces.
fn wrap(line: &[Cell]) -> Vec<Vec<Cell>> {
    let mut rows = vec![Vec::new()];
    for word in line.split_inclusive(|(character, _)| *character == ' ') {
        let last = rows.last_mut().expect("there is always a row");
        if last.len() + word.len() > COLUMNS {
            let mut row = plain(&" ".repeat(INDENT));
            row.extend(word);
            rows.push(row);
        } else {
            last.extend(word);
        }
    }
    rows
}

fn escape(character: char) -> String {
    match character {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        other => other.to_string(),
    }
}
