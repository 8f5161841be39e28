//! Faults in an order that a seed repeats, while the target is good and bad in turns: processes die, sleep and live at
//! another hour, and the store forgets, is slow, silent or gone.

use std::{fmt, time::Duration};

use fastrand::Rng;
use real::{Mode, Server as _};
use tokio::time::sleep;

use crate::{
    Lines, faults,
    field::{Field, PROCESSES, ms},
    seed,
    settings::TRIALS,
    target::Mood,
};

#[derive(Clone, Copy, Debug)]
enum Fault {
    Kill,
    KillHalf,
    Stop,
    Clock,
    Flush,
    Silent,
    Reset,
    KillStore,
}

const FAULTS: &[Fault] = &[
    Fault::Kill,
    Fault::Stop,
    Fault::Clock,
    Fault::Flush,
    Fault::KillHalf,
    Fault::Stop,
    Fault::Clock,
    Fault::Silent,
    Fault::Kill,
    Fault::Reset,
    Fault::Stop,
    Fault::KillStore,
];

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Above what the policy of the store waits after a fault of this length.
const HEALS_WITHIN: Duration = Duration::from_secs(20);

pub(crate) async fn run() -> Lines {
    let mut rng = Rng::with_seed(seed());
    let mut field = Field::start(&["sync", "both"], true).await;
    field.warm_up(40).await;
    let mut faults: Vec<_> = FAULTS.iter().copied().cycle().take(faults() as usize).collect();
    rng.shuffle(&mut faults);
    let mut slowest = Duration::ZERO;
    let mut offsets = Vec::new();
    for (number, fault) in faults.iter().enumerate() {
        // Half of the faults come while trials run.
        let mood = if rng.bool() { Mood::Bad } else { Mood::Mixed };
        field.target.set_all(mood);
        sleep(Duration::from_millis(rng.u64(200..1500))).await;
        if rng.bool() {
            field.target.set(0..PROCESSES / 2, Mood::Silent);
        }
        strike(&mut field, *fault, &mut rng).await;
        if matches!(fault, Fault::Clock) {
            offsets.push(clock_spread(&mut field).await);
        }
        slowest = slowest.max(field.heal(HEALS_WITHIN).await);
        let violations = field.watch.seen().violations;
        assert!(violations.is_empty(), "after fault {number}, {fault}: {violations:#?}");
    }
    let seen = field.watch.seen();
    assert!(seen.most_live <= TRIALS as usize);
    let lines = vec![
        format!(
            "FLEET_SEED={}: {}",
            seed(),
            faults.iter().map(Fault::to_string).collect::<Vec<_>>().join(" ")
        ),
        format!("clocks apart by up to {} s", offsets.iter().max().unwrap_or(&0)),
        format!(
            "record opened {}, tried {}, closed {} times; {} grants, most live leases {} of {TRIALS}, {} old outcomes",
            seen.count("open"),
            seen.count("half-open"),
            seen.count("closed"),
            seen.grants.len(),
            seen.most_live,
            seen.old_outcomes
        ),
        format!("all processes call through a closed circuit after at most {}", ms(slowest)),
        format!("the store was asked {:?}", seen.asked),
    ];
    field.end().await;
    lines
}

async fn strike(field: &mut Field, fault: Fault, rng: &mut Rng) {
    let victim = rng.usize(0..usize::from(PROCESSES));
    match fault {
        Fault::Kill => field.processes[victim].replace().await,
        Fault::KillHalf => {
            let first = rng.usize(0..2);
            for process in field.processes.iter_mut().skip(first).step_by(2) {
                process.kill().await;
            }
            for process in field.processes.iter_mut().skip(first).step_by(2) {
                process.start_again().await;
            }
        }
        Fault::Stop => {
            let other = (victim + 1) % usize::from(PROCESSES);
            let victims = [victim, other];
            for victim in victims {
                field.processes[victim].stop();
            }
            sleep(Duration::from_millis(rng.u64(100..3000))).await;
            for victim in victims {
                field.processes[victim].go_on();
            }
        }
        Fault::Clock => {
            for process in &field.processes {
                process.set_clock([-3600, 0, 3600][rng.usize(0..3)]);
            }
            sleep(Duration::from_millis(500)).await;
        }
        Fault::Flush => field.command(&["FLUSHALL"]).await,
        Fault::Silent | Fault::Reset => {
            field.proxy.set(if matches!(fault, Fault::Silent) { Mode::BlackHole } else { Mode::Reset });
            sleep(Duration::from_millis(rng.u64(100..2000))).await;
            field.proxy.set(Mode::Pass);
        }
        Fault::KillStore => {
            field.redis.kill().await;
            sleep(Duration::from_millis(rng.u64(100..2000))).await;
            field.redis.restart().await.unwrap();
        }
    }
}

/// How far the wall clocks of the processes are apart, in seconds.
async fn clock_spread(field: &mut Field) -> u64 {
    let walls: Vec<_> = field.snaps().await.iter().map(|snap| snap.get("wall")).collect();
    walls.iter().max().unwrap() - walls.iter().min().unwrap()
}
