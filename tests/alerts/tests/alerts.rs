//! The alerts are valid, each of them fires where it should, and those of open circuits, spent budgets and throttles do so in
//! a Prometheus that scrapes this program.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use alerts::{Alert, Prometheus, program, rules};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use reattempt::{CircuitBreaker, Policy, RetryBudget, Throttle, retry};

#[track_caller]
fn assert_passes(command: &mut Command) {
    let output = command.output().expect("`promtool` is installed; `.ci/run alerts` sees to it");
    let text =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{text}");
}

#[test]
fn the_rules_are_valid() {
    assert_passes(program("promtool").args(["check", "rules", "--lint=all", "--lint-fatal"]).arg(rules()));
}

#[test]
fn each_alert_fires_where_it_should_and_not_beside_it() {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/alerts_test.yml");
    assert_passes(program("promtool").args(["test", "rules", tests]));
    let (rules, tests) = (std::fs::read_to_string(rules()).unwrap(), std::fs::read_to_string(tests).unwrap());
    let names: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(names.len(), 11);
    for name in names {
        assert!(tests.contains(&format!("alertname: {name}, eval_time: ")), "{name} is not seen at rest");
        assert!(tests.contains(&format!("alertname: {name}\n")), "{name} is not seen to fire");
    }
}

static SEARCH: CircuitBreaker =
    CircuitBreaker::new().name("search").consecutive_failures(2).open_for(Duration::from_hours(1));
static MAIL: CircuitBreaker = CircuitBreaker::new().name("mail");
static WRITES: RetryBudget = RetryBudget::new().name("writes").ratio(0.0).reserve_per_second(0);
static READS: RetryBudget = RetryBudget::new().name("reads");
static PRICES: Throttle = Throttle::new().name("prices");
/// Whether the server that all these protect is down.
static IS_DOWN: AtomicBool = AtomicBool::new(true);

fn server() -> io::Result<()> {
    if IS_DOWN.load(Relaxed) { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(()) }
}

#[retry(max = 2, base = "1ms", breaker = SEARCH, name = "search")]
fn search() -> io::Result<()> {
    server()
}

#[retry(max = 2, base = "1ms", budget = WRITES, name = "write")]
fn write() -> io::Result<()> {
    server()
}

/// Fails once, and recovers.
#[retry(max = 2, base = "1ms", budget = READS, breaker = MAIL, attempt = n, name = "read")]
fn read() -> io::Result<()> {
    if n == 1 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
}

/// What this program does between two scrapes.
fn work() {
    for _ in 0..20 {
        let _ = search();
        let _ = write();
        let _ = read();
        if let Ok(pass) = PRICES.acquire() {
            if IS_DOWN.load(Relaxed) { pass.rejected() } else { pass.accepted() }
        }
    }
}

/// Answers each request with the metrics, after some work.
fn serve(exporter: PrometheusHandle) -> SocketAddr {
    fn answer(mut stream: TcpStream, page: &str) -> io::Result<()> {
        let mut request = [0; 2048];
        let _ = stream.read(&mut request)?;
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close";
        write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len())
    }

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            work();
            // A client that has gone needs no answer.
            let _ = answer(stream, &exporter.render());
        }
    });
    address
}

/// Waits until the alerts are as they should be, and returns them.
fn wait_for(prometheus: &Prometheus, condition: impl Fn(&[Alert]) -> bool) -> Vec<Alert> {
    const POLL: Policy = Policy::new()
        .unlimited()
        .base(Duration::from_millis(200))
        .factor(1.0)
        .deadline(Duration::from_mins(1));
    let alerts = POLL.retry(|| prometheus.alerts()).retry_ok(|alerts: &Vec<Alert>| !condition(alerts)).run();
    alerts.expect("Prometheus answers")
}

#[test]
fn prometheus_fires_what_is_wrong_with_a_program_and_stops_when_it_is_over() {
    let exporter = PrometheusBuilder::new().install_recorder().expect("it is the first");
    let prometheus =
        Prometheus::start(serve(exporter)).expect("`prometheus` is installed; `.ci/run alerts` sees to it");

    let firing = [
        ("BudgetIsSpent", "writes"),
        ("CallsAreThrottled", "prices"),
        ("CircuitIsOpen", "search"),
        ("RetriesAreRefused", "search"),
        ("RetriesAreRefused", "write"),
        ("RetriesDoNotHelp", "search"),
        ("RetriesDoNotHelp", "write"),
    ];
    let pairs = |alerts: &[Alert]| -> Vec<_> {
        alerts.iter().map(|alert| (alert.name.clone(), alert.subject.clone())).collect()
    };
    let are_firing =
        |alerts: &[Alert]| alerts.len() >= firing.len() && alerts.iter().all(|alert| alert.is_firing);
    let alerts = wait_for(&prometheus, are_firing);
    assert!(are_firing(&alerts), "{alerts:#?}");
    let firing = firing.map(|(name, subject)| (name.to_owned(), subject.to_owned()));
    assert_eq!(pairs(&alerts), firing, "{alerts:#?}");

    // The server has recovered, and the breaker has noticed.
    IS_DOWN.store(false, Relaxed);
    SEARCH.reset();
    let is_open = |alerts: &[Alert]| alerts.iter().any(|alert| alert.name == "CircuitIsOpen");
    let alerts = wait_for(&prometheus, |alerts| !is_open(alerts));
    assert!(!is_open(&alerts), "{alerts:#?}");
}

#[test]
fn the_panels_of_the_dashboard_are_valid() {
    let docs = include_str!("../../../docs/book/src/observability.md");
    let (_, dashboard) = docs.split_once("## Dashboard\n").expect("the section");
    let (dashboard, _) = dashboard.split_once("\n## ").expect("the next one");
    // A panel is checked as a rule that records it.
    let rows = dashboard.lines().filter(|line| line.starts_with("| ") && line.contains("| `"));
    let queries = rows.map(|row| row.split('`').nth(1).expect("a query"));
    let rules: Vec<_> =
        queries.map(|query| format!("      - record: panel\n        expr: '{query}'\n")).collect();
    assert!(rules.len() > 10, "{rules:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dashboard.yml");
    std::fs::write(&file, format!("groups:\n  - name: dashboard\n    rules:\n{}", rules.concat())).unwrap();
    assert_passes(program("promtool").args(["check", "rules"]).arg(&file));
}
