//! The circuit of the fleet: who opens it, who holds its leases, and what a closed one costs.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    Lines, faults,
    field::{Field, connection, ms},
    settings::{OPEN_FOR, SYNC_EVERY, TRIAL_TIMEOUT, TRIALS},
    target::Mood,
};

/// What the machine may add to a time.
pub(crate) const SLACK: Duration = Duration::from_millis(250);

/// One bad process opens its own circuit and no other; two open that of the fleet.
pub(crate) async fn quorum() -> Lines {
    let mut field = Field::start(&["once"], false).await;
    field.warm_up(40).await;
    field.target.set([0], Mood::Bad);
    sleep(SYNC_EVERY * 8).await;
    let snaps = field.snaps().await;
    assert_eq!(field.watch.seen().count("open"), 0, "one bad process has opened the fleet");
    assert!(snaps[0].get("refused") > 0, "its own circuit is open");
    assert!(snaps[1..].iter().all(|snap| snap.get("refused") == 0));
    let calls: u64 = snaps.iter().map(|snap| snap.get("calls")).sum();

    // The second one opens its own circuit first, when half of the calls in its window have failed.
    let begun = Instant::now();
    field.target.set([1], Mood::Bad);
    let refused: Vec<_> = snaps.iter().map(|snap| snap.get("refused")).collect();
    let mut tripped = None;
    let opened = loop {
        if tripped.is_none() && field.processes[1].snap().await.get("open") == 1 {
            tripped = Some(begun.elapsed());
        }
        if field.watch.seen().count("open") > 0 {
            break begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "two bad processes open the fleet");
        sleep(Duration::from_millis(2)).await;
    };
    let tripped = tripped.unwrap_or(opened);
    assert!(opened <= tripped + SYNC_EVERY * 2, "{tripped:?}, {opened:?}");
    let all = loop {
        let now = field.snaps().await;
        if now.iter().zip(&refused).skip(2).all(|(snap, before)| snap.get("refused") > *before) {
            break begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
    };
    let spread = all.saturating_sub(opened);
    assert!(spread <= SYNC_EVERY * 2 + SLACK, "{spread:?} after the fleet opened");
    field.target.set_all(Mood::Good);
    let lines = vec![
        format!("one bad process of 8, {calls} calls in {}: opened 0 times", ms(SYNC_EVERY * 8)),
        format!("the second one bad: open itself after {}, the fleet after {}", ms(tripped), ms(opened)),
        format!(
            "from the opening of the record until all refuse: {} (sync_every {})",
            ms(spread),
            ms(SYNC_EVERY)
        ),
    ];
    field.end().await;
    lines
}

/// One bad process opens no circuit but its own where the others fail now and then, as all do.
pub(crate) async fn background() -> Lines {
    let mut field = Field::start(&["once"], false).await;
    field.target.set_all(Mood::Mixed);
    field.warm_up(40).await;
    field.target.set([0], Mood::Bad);
    sleep(SYNC_EVERY * 12).await;
    let snaps = field.snaps().await;
    let [refused, failed] =
        ["refused", "failed"].map(|name| snaps[1..].iter().map(|snap| snap.get(name)).sum::<u64>());
    let opened = field.watch.seen().count("open");
    assert_eq!((opened, refused), (0, 0), "one bad process has opened the fleet");
    assert!(failed > 0 && snaps[0].get("refused") > 0);
    let lines = vec![format!(
        "one bad process of 8, {failed} failures of the others in {}: opened 0 times",
        ms(SYNC_EVERY * 12)
    )];
    field.end().await;
    lines
}

/// All holders of leases die: the next lease comes when the old ones end, and no later.
pub(crate) async fn wedge() -> Lines {
    let mut field = Field::start(&["once"], false).await;
    field.warm_up(40).await;
    let mut waits = Vec::new();
    for _ in 0..faults().div_ceil(4) {
        field.open().await;
        field.target.set_all(Mood::Silent);
        let held = field.watch.until(Duration::from_secs(10), |seen| seen.live == TRIALS as usize).await;
        held.expect("leases for all trials");
        // The calls with the leases arrive.
        sleep(Duration::from_millis(100)).await;
        let (holders, before) = (field.target.waiting(), field.watch.seen());
        let (granted, last) = (before.grants.len(), before.grants.last().expect("a grant").1);
        for &id in &holders {
            field.processes[usize::from(id)].kill().await;
        }
        let next = field.watch.until(Duration::from_secs(10), |seen| seen.grants.len() > granted).await;
        next.expect("another lease");
        let wait = field.watch.seen().grants[granted].1 - last;
        assert!(wait + Duration::from_millis(20) >= TRIAL_TIMEOUT, "{wait:?}");
        assert!(wait <= TRIAL_TIMEOUT + SLACK, "{wait:?} is longer than a lease");
        waits.push(format!("{} ({} killed)", ms(wait), holders.len()));
        for id in holders {
            field.processes[usize::from(id)].start_again().await;
        }
        field.heal(Duration::from_secs(15)).await;
    }
    let seen = field.watch.seen();
    let lines = vec![
        format!("from the last lease of those killed to the next lease: {}", waits.join(", ")),
        format!("most live leases {} of {TRIALS}, {} grants", seen.most_live, seen.grants.len()),
    ];
    field.end().await;
    lines
}

/// A holder sleeps beyond the end of its lease. Its outcome comes late and moves nothing.
pub(crate) async fn old_lease() -> Lines {
    let mut field = Field::start(&["once"], false).await;
    field.warm_up(40).await;
    let mut moved = Vec::new();
    for round in 0..faults().div_ceil(4) {
        field.open().await;
        field.target.set_all(Mood::Silent);
        let trial = field.target.next_call(OPEN_FOR * 4).await;
        let (holder, _) = trial.expect("a trial");
        field.processes[usize::from(holder)].stop();
        // Its answer is success; it reads it later.
        let good = round % 2 == 0;
        field.target.set([holder], Mood::Good);
        field.target.set((0..8).filter(|id| *id != holder), if good { Mood::Bad } else { Mood::Good });
        sleep(TRIAL_TIMEOUT + OPEN_FOR).await;
        let before = field.watch.seen();
        field.processes[usize::from(holder)].go_on();
        let late = field.watch.until(Duration::from_secs(5), |seen| seen.old_outcomes > before.old_outcomes);
        moved.push(if late.await.is_some() { "late" } else { "never sent" });
        field.heal(Duration::from_secs(15)).await;
    }
    let seen = field.watch.seen();
    assert!(seen.old_outcomes > 0, "no outcome was late");
    let lines = vec![
        format!("outcomes after the end of their leases: {} ({})", seen.old_outcomes, moved.join(", ")),
        format!("most live leases {} of {TRIALS}, {} grants", seen.most_live, seen.grants.len()),
    ];
    field.end().await;
    lines
}

/// A healthy fleet asks its store at most once in `sync_every`, whatever the calls.
pub(crate) async fn closed() -> Lines {
    let mut field = Field::start(&["both"], false).await;
    field.warm_up(400).await;
    let (calls, asked) = (field.sum("calls").await, scripts(&field).await);
    let begun = Instant::now();
    sleep(SYNC_EVERY * 10).await;
    let (asked, calls) = (scripts(&field).await - asked, field.sum("calls").await - calls);
    let time = begun.elapsed();
    let most = (time.as_secs_f64() / SYNC_EVERY.as_secs_f64()).ceil() as u64 * 8;
    assert!(asked <= most, "{asked} calls of the store in {time:?}, more than {most}");
    assert!(asked > 0);
    let silent = scripts(&field).await;
    field.rate(0).await;
    sleep(SYNC_EVERY * 3).await;
    let silent_from = scripts(&field).await;
    sleep(SYNC_EVERY * 4).await;
    let idle = scripts(&field).await - silent_from;
    assert_eq!(idle, 0, "a process without calls asks nothing");
    let lines = vec![
        format!(
            "{calls} calls of 8 processes in {}: {asked} calls of the store (INFO commandstats)",
            ms(time)
        ),
        format!(
            "that is {:.2} for each process and `sync_every`",
            asked as f64 / 8.0 / time.as_secs_f64() * SYNC_EVERY.as_secs_f64()
        ),
        format!("without calls: {} once after, then {idle} in {}", silent_from - silent, ms(SYNC_EVERY * 4)),
    ];
    field.end().await;
    lines
}

/// How often the server has run the script.
async fn scripts(field: &Field) -> u64 {
    let mut connection = connection(&field.redis).await;
    let text: String = redis::cmd("INFO").arg("commandstats").query_async(&mut connection).await.unwrap();
    let line = text.lines().find(|line| line.starts_with("cmdstat_evalsha:calls="));
    let number = line.and_then(|line| line.split(['=', ',']).nth(1));
    number.map_or(0, |number| number.parse().unwrap())
}
