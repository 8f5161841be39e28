use super::*;

const START: Micros = 1_000_000_000;

/// Ten tokens a second.
fn run(reserve: &mut Reserve, now: Micros, process: u64, tokens: u32) -> Grant {
    claim(reserve, now, Claim { process: ProcessId(process), fresh: 9, per_second: 10, tokens })
}

#[test]
fn a_new_reserve_is_empty() {
    let mut reserve = Reserve::new(7, START);
    assert_eq!(run(&mut reserve, START, 1, 5), Grant { tokens: 0, live: 1, next: 100 });
    assert_eq!(run(&mut reserve, START + 99_999, 1, 5), Grant { tokens: 0, live: 1, next: 1 });
    assert_eq!(run(&mut reserve, START + 100_000, 1, 5), Grant { tokens: 1, live: 1, next: 100 });
}

#[test]
fn a_grant_is_a_fair_share_of_one_second_and_at_least_one() {
    for (size, share) in [(1, 10), (2, 5), (3, 3), (10, 1), (40, 1)] {
        let mut reserve = Reserve::new(7, START);
        for process in 0..size {
            run(&mut reserve, START, process, 0);
        }
        assert_eq!(run(&mut reserve, START + 60_000_000, 0, u32::MAX).tokens, share, "of {size}");
        assert_eq!(run(&mut reserve, START + 60_000_000, 1 % size, u32::MAX).tokens, 0, "no more is kept");
    }
}

#[test]
fn what_is_not_claimed_is_kept() {
    let mut reserve = Reserve::new(7, START);
    let later = START + 1_000_000;
    let grants = [3, 0, 3, 3, 3].map(|tokens| run(&mut reserve, later, 1, tokens).tokens);
    assert_eq!(grants, [3, 0, 3, 3, 1]);
}

#[test]
fn parts_of_a_token_are_kept() {
    let mut reserve = Reserve::new(7, START);
    assert_eq!(run(&mut reserve, START + 170_000, 1, 9), Grant { tokens: 1, live: 1, next: 30 });
    assert_eq!(run(&mut reserve, START + 200_000, 1, 9).tokens, 1);
}

#[test]
fn where_nothing_accrues_nothing_is_granted() {
    let mut reserve = Reserve::new(7, START);
    let nothing = Claim { process: ProcessId(1), fresh: 9, per_second: 0, tokens: 5 };
    let grant = claim(&mut reserve, START + 1_000_000_000, nothing);
    assert_eq!(grant, Grant { tokens: 0, live: 1, next: Rules::MAX_TIME });
}

#[test]
fn absent_processes_have_no_share() {
    let mut reserve = Reserve::new(7, START);
    run(&mut reserve, START, 1, 0);
    assert_eq!(run(&mut reserve, START, 2, 0).live, 2);
    let after = START + RETENTION * 1_000;
    assert_eq!(run(&mut reserve, after - 1_000, 2, 9), Grant { tokens: 5, live: 2, next: 100 });
    let view = run(&mut reserve, after + RETENTION * 10, 2, 9);
    assert_eq!((view.live, view.tokens), (1, 9));
}

#[test]
fn a_clock_that_is_set_back_a_little_is_waited_for_and_another_one_is_not() {
    let mut reserve = Reserve::new(7, START);
    assert_eq!(run(&mut reserve, START - 1_000_000, 1, 1).next, 1_100);
    assert_eq!(run(&mut reserve, START - 900_000_000, 1, 1), Grant { tokens: 0, live: 1, next: 100 });
    assert_eq!(run(&mut reserve, START - 899_000_000, 1, 1).tokens, 1);
}

#[test]
fn a_lost_reserve_grants_nothing_twice() {
    let mut reserve = Reserve::new(7, START);
    assert_eq!(run(&mut reserve, START + 1_000_000, 1, 10).tokens, 10);
    let mut lost = Reserve::new(8, START + 1_000_000);
    assert_eq!(run(&mut lost, START + 1_000_000, 1, 10).tokens, 0);
}

#[test]
fn a_clock_that_was_set_back_by_a_second_is_the_same_clock() {
    // A grant to one process accrues in a second.
    let furthest = START + LEAP + 1_000_000;
    for (spent_until, after) in [(furthest, furthest), (furthest + 1, START)] {
        let mut reserve = Reserve { spent_until, ..Reserve::new(7, START) };
        assert_eq!(run(&mut reserve, START, 1, 5).tokens, 0);
        assert_eq!(reserve.spent_until, after);
    }
}
