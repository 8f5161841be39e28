//! What Prometheus would scrape. A binary of its own: the recorder is installed once for the whole process.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use reattempt::{
    CircuitBreaker, CircuitState, GiveUpReason, Hedge, Policy, RetryBudget, Throttle, retry, testing,
};

/// The exporter of this process, once six calls have been made, some through breakers, budgets and a throttle,
/// and some that are hedged.
fn exporter() -> &'static PrometheusHandle {
    static EXPORTER: OnceLock<PrometheusHandle> = OnceLock::new();
    EXPORTER.get_or_init(|| {
        let buckets = Matcher::Full("reattempt_delay_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(buckets, &[0.5, 1.0, 5.0]);
        let answers = Matcher::Full("reattempt_fleet_answer_seconds".to_owned());
        let builder = builder.and_then(|builder| builder.set_buckets_for_metric(answers, &[0.01, 0.1]));
        let exporter = builder.expect("there are buckets").install_recorder().expect("it is the first");
        call_six_times();
        assert!(at_once().is_err());
        protect();
        throttle();
        hedge();
        #[cfg(feature = "fleet")]
        fleet::share();
        exporter
    })
}

/// A page in Prometheus's text format.
#[derive(Debug, Default)]
struct Page {
    help: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    /// By name and labels, the labels in their order.
    samples: BTreeMap<(String, Vec<(String, String)>), f64>,
}

impl Page {
    fn scrape() -> Page {
        let mut page = Page::default();
        for line in exporter().render().lines().filter(|line| !line.is_empty()) {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, text) = help.split_once(' ').expect("a name and a text");
                assert_eq!(page.help.insert(name.to_owned(), text.to_owned()), None, "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("a name and a type");
                assert_eq!(page.types.insert(name.to_owned(), kind.to_owned()), None, "{line}");
            } else {
                let (series, value) = line.rsplit_once(' ').expect("a series and a value");
                let value = value.parse().expect("a number");
                assert_eq!(page.samples.insert(parse_series(series), value), None, "{line}");
            }
        }
        page
    }

    /// The value of one series; `None` if there is no such.
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
        self.samples.get(&(name.to_owned(), labels)).copied()
    }
}

/// `name{label="value",…}`, with `\\`, `\"` and `\n` escaped in values.
fn parse_series(series: &str) -> (String, Vec<(String, String)>) {
    let Some((name, mut rest)) = series.split_once('{') else { return (series.to_owned(), Vec::new()) };
    let mut labels = Vec::new();
    while rest != "}" {
        let (label, after) = rest.split_once("=\"").expect("a label");
        let mut value = String::new();
        let mut characters = after.chars();
        loop {
            match characters.next().expect("a closing quote") {
                '"' => break,
                '\\' => value.push(match characters.next().expect("an escaped character") {
                    'n' => '\n',
                    other => other,
                }),
                other => value.push(other),
            }
        }
        labels.push((label.to_owned(), value));
        rest = characters.as_str();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    (name.to_owned(), labels)
}

#[retry(max = 3, base = "0.8s", jitter = none, unless = &"forbidden", name = "store {key}")]
fn store(key: &str, failures: &[&'static str], attempts: &Cell<usize>) -> Result<(), &'static str> {
    let attempt = attempts.replace(attempts.get() + 1);
    failures.get(attempt).map_or(Ok(()), |error| Err(*error))
}

/// A call without a test context: it waits for no time.
#[retry(max = 3, base_ms = 0)]
fn at_once() -> Result<(), &'static str> {
    Err("busy")
}

/// One that succeeds at once, two that recover, two that give up, one that is permanent.
fn call_six_times() {
    let _guard = testing::no_wait();
    for (key, failures) in [
        ("a", &[][..]),
        ("b", &["slow"]),
        ("c", &["busy", "slow"]),
        ("d", &["slow"; 3]),
        ("e", &["slow"; 3]),
        ("f", &["forbidden"]),
    ] {
        let _ = store(key, failures, &Cell::new(0));
    }
}

fn failed() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

/// A breaker that is open and has refused two calls, one that has recovered, and one that is held open and has refused
/// none; and a budget that has paid for two retries and refused one.
fn protect() {
    let guard = testing::no_wait();
    let breaker = |name| CircuitBreaker::new().name(name).consecutive_failures(1);
    let [search, mail, login] = ["search", "mail", "login"].map(breaker);
    assert!(mail.call(failed).is_err());
    guard.advance(Duration::from_secs(30));
    assert!(mail.call(|| Ok::<_, io::Error>(())).is_ok());
    for _ in 0..3 {
        assert!(search.call(failed).is_err());
    }
    login.force_open();
    let budget = RetryBudget::new().name("writes").reserve_per_second(1).ttl(Duration::from_secs(2));
    assert!(budget.try_withdraw() && budget.try_withdraw() && !budget.try_withdraw());
    let calm = RetryBudget::new().name("reads");
    assert!(calm.try_withdraw());
}

/// Two throttles that have refused three calls each, and one that has refused none.
fn throttle() {
    let _guard = testing::no_wait();
    let [busy, calm] = ["busy", "calm"].map(|name| Throttle::new().name(name));
    calm.acquire().expect("nothing was rejected").accepted();
    for throttle in [busy, Throttle::new().named(format!("{} at run time", "made"))] {
        let mut refused = 0;
        while refused < 3 {
            match throttle.acquire() {
                Ok(pass) => pass.rejected(),
                Err(_) => refused += 1,
            }
        }
    }
}

#[test]
fn prometheus_sees_what_each_throttle_refuses() {
    let page = Page::scrape();
    let value = |name, throttle| page.value(name, &[("throttle", throttle)]);
    assert_eq!(value("reattempt_throttled_total", "busy"), Some(3.0));
    assert_eq!(value("reattempt_throttled_total", "made at run time"), Some(3.0));
    let probability = value("reattempt_throttle_probability", "busy").expect("it has refused calls");
    assert!((0.5..=0.9).contains(&probability), "{probability}");
    assert_eq!(value("reattempt_throttled_total", "calm"), None);
}

static READS: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

#[retry(hedge = READS, name = "read {key}")]
async fn read(key: &str, takes: [u64; 2], tries: &Cell<usize>) -> io::Result<()> {
    let number = tries.replace(tries.get() + 1);
    tokio::time::sleep(Duration::from_millis(takes[number])).await;
    Ok(())
}

/// One that answers in time, one whose copy answers first, and two whose copy does not.
fn hedge() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        for takes in [[20, 0], [200, 10], [70, 100], [80, 100]] {
            read("a", takes, &Cell::new(0)).await.expect("every answer is a success");
        }
    });
}

#[test]
fn prometheus_sees_copies_that_started_and_copies_that_won() {
    let page = Page::scrape();
    let read = [("operation", "read {key}")];
    assert_eq!(page.value("reattempt_hedges_started_total", &read), Some(3.0));
    assert_eq!(page.value("reattempt_hedges_won_total", &read), Some(1.0));
    assert_eq!(page.value("reattempt_retries_total", &read), None, "a copy is no retry");
}

#[test]
fn prometheus_sees_the_state_of_each_breaker_its_changes_and_its_refusals() {
    let page = Page::scrape();
    for (breaker, states, changes, refused) in [
        ("search", &[("closed", 0.0), ("open", 1.0)][..], &["open"][..], 2.0),
        (
            "mail",
            &[("closed", 1.0), ("open", 0.0), ("half_open", 0.0)],
            &["open", "half_open", "closed"],
            0.0,
        ),
        ("login", &[("closed", 0.0), ("forced_open", 1.0)], &["forced_open"], 0.0),
    ] {
        let breaker = ("breaker", breaker);
        for state in ["closed", "open", "half_open", "forced_open", "disabled"] {
            let expected = states.iter().find(|(known, _)| *known == state).map(|(_, value)| *value);
            let labels = [breaker, ("state", state)];
            assert_eq!(page.value("reattempt_circuit_state", &labels), expected, "{labels:?}");
            let expected = changes.contains(&state).then_some(1.0);
            let labels = [breaker, ("to", state)];
            assert_eq!(page.value("reattempt_circuit_changes_total", &labels), expected, "{labels:?}");
        }
        assert_eq!(page.value("reattempt_circuit_refused_total", &[breaker]), Some(refused), "{breaker:?}");
    }
}

#[test]
fn prometheus_sees_what_each_budget_pays_and_refuses() {
    let page = Page::scrape();
    for (budget, withdrawn, refused, balance) in [("writes", 2.0, 1.0, 0.0), ("reads", 1.0, 0.0, 99.0)] {
        let value = |name| page.value(name, &[("budget", budget)]);
        assert_eq!(value("reattempt_budget_withdrawn_total"), Some(withdrawn), "{budget}");
        assert_eq!(value("reattempt_budget_refused_total"), Some(refused), "{budget}");
        assert_eq!(value("reattempt_budget_balance"), Some(balance), "{budget}");
    }
}

#[test]
fn prometheus_sees_counters_by_label_and_a_histogram_of_delays() {
    let page = Page::scrape();
    let store = ("operation", "store {key}");
    let value = |name, labels: &[_]| page.value(name, labels);
    assert_eq!(value("reattempt_retries_total", &[store]), Some(7.0));
    assert_eq!(value("reattempt_recovered_total", &[store]), Some(2.0));
    assert_eq!(value("reattempt_gave_up_total", &[store, ("reason", "max_attempts")]), Some(2.0));
    assert_eq!(value("reattempt_gave_up_total", &[store, ("reason", "not_retryable")]), Some(1.0));
    let up_to = |bound| value("reattempt_delay_seconds_bucket", &[store, ("le", bound)]);
    assert_eq!(["0.5", "1", "5", "+Inf"].map(up_to), [Some(0.0), Some(4.0), Some(7.0), Some(7.0)]);
    let sum = value("reattempt_delay_seconds_sum", &[store]).expect("a sum");
    assert!((sum - (4.0 * 0.8 + 3.0 * 1.6)).abs() < 1e-9, "{sum}");
}

#[test]
fn a_call_without_a_test_context_is_counted() {
    let page = Page::scrape();
    let retries = page.value("reattempt_retries_total", &[("operation", "metrics::at_once")]);
    assert_eq!(retries, Some(2.0));
}

#[test]
fn every_metric_has_its_type_and_a_description_and_stands_in_the_docs() {
    let page = Page::scrape();
    let types: Vec<_> = page.types.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
    let (of_fleets, others): (Vec<_>, Vec<_>) =
        types.iter().copied().partition(|(name, _)| name.starts_with(OF_FLEETS));
    #[cfg(feature = "fleet")]
    assert_eq!(of_fleets, fleet::METRICS);
    #[cfg(not(feature = "fleet"))]
    assert_eq!(of_fleets, []);
    assert_eq!(
        others,
        [
            ("reattempt_budget_balance", "gauge"),
            ("reattempt_budget_refused_total", "counter"),
            ("reattempt_budget_withdrawn_total", "counter"),
            ("reattempt_circuit_changes_total", "counter"),
            ("reattempt_circuit_refused_total", "counter"),
            ("reattempt_circuit_state", "gauge"),
            ("reattempt_delay_seconds", "histogram"),
            ("reattempt_gave_up_total", "counter"),
            ("reattempt_hedges_started_total", "counter"),
            ("reattempt_hedges_won_total", "counter"),
            ("reattempt_recovered_total", "counter"),
            ("reattempt_retries_total", "counter"),
            ("reattempt_throttle_probability", "gauge"),
            ("reattempt_throttled_total", "counter"),
        ]
    );
    for (name, kind) in types {
        assert!(page.help.get(name).is_some_and(|text| text.ends_with('.')), "{name}: {:?}", page.help);
        let row = format!("| `{name}` | {kind} |");
        assert!(include_str!("../docs/book/src/observability.md").contains(&row), "no row {row}");
    }
}

#[test]
fn the_docs_name_no_other_metrics() {
    let page = Page::scrape();
    let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
    for docs in [include_str!("../docs/book/src/observability.md"), ALERTS] {
        let words = docs.split(|character| !is_name(character));
        let mentioned: Vec<_> = words.filter(|word| word.starts_with("reattempt_")).collect();
        assert!(mentioned.len() > 10, "the tables, or the alerts");
        for name in mentioned {
            if cfg!(not(feature = "fleet")) && name.starts_with(OF_FLEETS) {
                continue;
            }
            let name = name.strip_suffix("_bucket").or(name.strip_suffix("_sum")).unwrap_or(name);
            assert!(page.types.contains_key(name), "{name}");
        }
    }
}

const ALERTS: &str = include_str!("../docs/alerts.yml");

#[test]
fn the_alerts_select_reasons_and_states_that_exist() {
    use CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open};
    use GiveUpReason::{BudgetExhausted, CircuitOpen, NotRetryable, Throttled};
    let reasons = [BudgetExhausted, CircuitOpen, NotRetryable, Throttled].map(GiveUpReason::as_str);
    let states = [Closed, Disabled, ForcedOpen, HalfOpen, Open].map(CircuitState::as_str);
    let mut selected = 0;
    for selector in ALERTS.split('{').filter_map(|after| after.split_once('}')).map(|(selector, _)| selector)
    {
        let Some((label, values)) = selector.split_once(['=', '!']) else { continue };
        let known = match label {
            "reason" => &reasons[..],
            "state" | "to" => &states[..],
            other => panic!("{other} in {selector}"),
        };
        for value in values.trim_matches(['=', '~', '"']).split('|') {
            assert!(known.contains(&value), "{value} in {selector}");
            selected += 1;
        }
    }
    assert!(selected > 8, "{selected}");
}

#[test]
fn the_pages_select_reasons_that_exist() {
    use GiveUpReason::{BudgetExhausted, CircuitOpen, Deadline, NotRetryable};
    let reasons = [BudgetExhausted, CircuitOpen, Deadline, NotRetryable].map(GiveUpReason::as_str);
    let pages = [
        include_str!("../docs/book/src/budget-and-breaker.md"),
        include_str!("../docs/book/src/concepts/deadlines.md"),
        include_str!("../docs/book/src/concepts/errors.md"),
    ];
    let selectors = pages.iter().flat_map(|page| page.split("reattempt_gave_up_total{reason=\"").skip(1));
    let selected: Vec<_> = selectors.map(|after| after.split('"').next()).collect();
    assert_eq!(selected.len(), 4, "{selected:?}");
    for reason in selected.into_iter().flatten() {
        assert!(reasons.contains(&reason), "{reason}");
    }
}

#[test]
fn the_docs_have_a_row_for_each_alert() {
    let docs = include_str!("../docs/book/src/observability.md");
    let alerts = || ALERTS.split("- alert: ").skip(1);
    for alert in alerts() {
        let name = alert.lines().next().expect("a name");
        let (_, severity) = alert.split_once("severity: ").expect("a severity");
        let row = format!("| `{name}` | {} |", severity.lines().next().expect("a word"));
        assert!(docs.contains(&row), "no row {row}");
    }
    let rows = docs.lines().filter(|line| line.contains("` | page |") || line.contains("` | ticket |"));
    assert_eq!(rows.count(), alerts().count());
}

/// What the names of a fleet's metrics begin with.
const OF_FLEETS: &str = "reattempt_fleet_";

const LABELS: [&str; 10] =
    ["operation", "reason", "le", "breaker", "state", "to", "budget", "throttle", "fleet", "request"];

#[test]
fn neither_errors_nor_arguments_are_labels() {
    let page = Page::scrape();
    for (name, labels) in page.samples.keys() {
        for (label, value) in labels {
            assert!(LABELS.contains(&label.as_str()), "{name} has {label}");
            assert!(!["slow", "forbidden", "store a"].contains(&value.as_str()), "{name} has {value}");
        }
    }
}

#[test]
fn calls_that_succeed_at_once_are_no_series() {
    let _ = exporter();
    assert_eq!(Policy::new().retry(|| Ok::<_, ()>(1)).name("calm").run(), Ok(1));
    let page = Page::scrape();
    assert!(page.samples.keys().all(|(_, labels)| labels.iter().all(|(_, value)| value != "calm")));
}

/// A fleet of two processes that share a breaker and a budget, and that lose their store.
#[cfg(feature = "fleet")]
mod fleet {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use reattempt::fleet::{Fleet, FleetMember, MemoryStore, Request, Store, StoreFuture};
    use tokio::time::sleep;

    use super::*;

    pub(super) const METRICS: [(&str, &str); 9] = [
        ("reattempt_fleet_answer_seconds", "histogram"),
        ("reattempt_fleet_away", "gauge"),
        ("reattempt_fleet_circuit_state", "gauge"),
        ("reattempt_fleet_leases_asked_total", "counter"),
        ("reattempt_fleet_leases_granted_total", "counter"),
        ("reattempt_fleet_processes", "gauge"),
        ("reattempt_fleet_requests_total", "counter"),
        ("reattempt_fleet_tokens_total", "counter"),
        ("reattempt_fleet_unanswered_total", "counter"),
    ];

    /// A store that takes 30 ms, and that can be away.
    #[derive(Default)]
    struct Distant {
        store: MemoryStore,
        is_away: AtomicBool,
    }

    impl Store for Distant {
        fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
            Box::pin(async move {
                sleep(Duration::from_millis(30)).await;
                if self.is_away.load(Relaxed) {
                    return Err("connection refused".into());
                }
                self.store.ask(key, request).await
            })
        }

        fn describe(&self) -> String {
            "distant".into()
        }
    }

    fn join(fleet: &str, store: &Arc<Distant>) -> (Arc<CircuitBreaker>, Arc<RetryBudget>, FleetMember) {
        let breaker = Arc::new(CircuitBreaker::new().name("stock").consecutive_failures(1));
        let budget = Arc::new(RetryBudget::new().name("stock").ratio(0.0).reserve_per_second(10));
        let joining = Fleet::on(Arc::clone(store)).name(fleet).quorum(1);
        let member = joining.join(Arc::clone(&breaker)).join(Arc::clone(&budget)).start();
        (breaker, budget, member)
    }

    /// One fleet opens its circuit, and one of two processes gets the trial that closes it. Another one loses its store.
    pub(super) fn share() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let (near, far) = (Arc::new(Distant::default()), Arc::new(Distant::default()));
            let processes = [join("shop", &near), join("shop", &near)];
            let (breaker, _, _member) = join("depot", &far);
            sleep(Duration::from_millis(500)).await;
            far.is_away.store(true, Relaxed);
            for _ in 0..4 {
                if let Ok(permit) = breaker.acquire() {
                    permit.failure();
                }
                sleep(Duration::from_secs(2)).await;
            }
            processes[0].0.acquire().expect("it is closed").failure();
            // The other process learns of it by its own report.
            processes[1].0.acquire().expect("it is closed here").success();
            sleep(Duration::from_secs(31)).await;
            for _ in 0..2 {
                // The first call asks, the second has the answer.
                for (breaker, _, _) in &processes {
                    if let Ok(permit) = breaker.acquire() {
                        permit.success();
                    }
                }
                // A lease that no call takes is given back soon.
                sleep(Duration::from_millis(150)).await;
            }
            // Tokens that accrue while nobody asks are lost, but for one grant.
            assert!(!processes[0].1.try_withdraw());
            sleep(Duration::from_millis(500)).await;
            assert_eq!(processes[0].2.view("stock").await.expect("it is there").processes(), 2);
        });
    }

    #[test]
    fn prometheus_sees_what_a_fleet_asks_and_gets() {
        let page = Page::scrape();
        let shop = ("fleet", "shop");
        let value = |name, labels: &[_]| page.value(name, labels);
        for state in ["closed", "open", "half_open", "forced_open"] {
            let is_current = f64::from(u8::from(state == "closed"));
            let labels = [shop, ("breaker", "stock"), ("state", state)];
            assert_eq!(value("reattempt_fleet_circuit_state", &labels), Some(is_current), "{state}");
        }
        assert_eq!(value("reattempt_fleet_processes", &[shop, ("breaker", "stock")]), Some(2.0));
        let requests = |request| value("reattempt_fleet_requests_total", &[shop, ("request", request)]);
        assert_eq!(requests("join"), Some(2.0));
        assert_eq!((requests("report"), requests("outcome")), (Some(2.0), Some(1.0)));
        let leases = |name| value(name, &[shop, ("breaker", "stock")]);
        assert_eq!(leases("reattempt_fleet_leases_granted_total"), Some(1.0));
        assert_eq!(leases("reattempt_fleet_leases_asked_total"), requests("lease"));
        let tokens = value("reattempt_fleet_tokens_total", &[shop, ("budget", "stock")]);
        assert!(tokens >= Some(1.0), "{tokens:?}");
        let answers = value("reattempt_fleet_answer_seconds_count", &[shop]).expect("a count");
        let sum = value("reattempt_fleet_answer_seconds_sum", &[shop]).expect("a sum");
        assert!((sum - answers * 0.03).abs() < 0.002 * answers, "{sum} for {answers} answers");
        assert_eq!(value("reattempt_fleet_unanswered_total", &[shop]), Some(0.0));
    }

    #[test]
    fn prometheus_sees_whether_the_store_of_a_fleet_is_away() {
        let page = Page::scrape();
        let value = |name, fleet| page.value(name, &[("fleet", fleet)]);
        assert_eq!(value("reattempt_fleet_away", "shop"), Some(0.0));
        assert_eq!(value("reattempt_fleet_away", "depot"), Some(1.0));
        assert!(value("reattempt_fleet_unanswered_total", "depot") >= Some(2.0));
    }
}
