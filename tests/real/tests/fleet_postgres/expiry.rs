//! How long records live.

use std::time::Duration;

use real::{PostgresStore, servers::postgres::Postgres};
use retry_core::fleet::{Action, Answer, ProcessId, Request, Rules, Step, View};

use crate::{RULES, look_at};

const SHORT: Rules = Rules { window: 10, open_for: 10, open_for_max: 10, trial_timeout: 10, ..RULES };

async fn run(store: &PostgresStore, key: &str, fresh: u64, action: Action) -> View {
    let step = Step { process: ProcessId(1), fresh, rules: SHORT, action };
    match store.trace(key, &Request::Circuit(step)).await.unwrap().answer {
        Answer::Circuit(view) => view,
        Answer::Reserve(_) => unreachable!("the answer is of the kind of the request"),
    }
}

#[tokio::test]
async fn a_record_that_has_expired_is_missing_and_then_deleted() {
    let postgres = Postgres::start().await.unwrap();
    let store = PostgresStore::new(postgres.config());
    for key in ["replaced", "deleted", "forced"] {
        assert_eq!(run(&store, key, 5, Action::Join).await.epoch, 5);
    }
    let force = Action::Force { epoch: 5, generation: 0, time: Rules::MAX_TIME };
    assert_eq!(run(&store, "forced", 6, force).await.left, Rules::MAX_TIME);
    // A life is ten times the longest of the rules.
    tokio::time::sleep(Duration::from_millis(120)).await;
    for key in ["replaced", "deleted"] {
        let view = run(&store, key, 6, Action::Look).await;
        assert_eq!((view.epoch, view.known), (6, false), "{key}");
    }
    assert_eq!(run(&store, "forced", 6, Action::Look).await.epoch, 5, "until a reset");
    // The first write of a store deletes.
    let another = PostgresStore::new(postgres.config());
    assert_eq!(run(&another, "replaced", 7, Action::Join).await.epoch, 7);
    let rows = look_at(&postgres).await.query("select key from fleet order by key", &[]).await.unwrap();
    let keys: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(keys, ["forced", "replaced"]);
}
