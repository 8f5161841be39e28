//! The reserve of a budget.

use proptest::prelude::*;
use retry_core::fleet::{Claim, Grant, Micros, ProcessId, Reserve, claim};

fn rate() -> impl Strategy<Value = u32> {
    prop_oneof![1..20_u32, 1..5_000_u32, 1..=u32::MAX]
}

/// Claims: the time since the one before, the process and what it wants. Answers that get lost and processes that die make
/// no difference, because what was granted counts.
fn claims() -> impl Strategy<Value = Vec<(Micros, u64, u32)>> {
    let pause = prop_oneof![4 => 0..5_000_u64, 4 => 0..400_000_u64, 1 => 0..400_000_000_u64];
    prop::collection::vec((pause, 0..12_u64, prop_oneof![0..4_u32, Just(u32::MAX)]), 1..150)
}

fn run(reserve: &mut Reserve, now: Micros, process: u64, per_second: u32, tokens: u32) -> Grant {
    claim(reserve, now, Claim { process: ProcessId(process), fresh: 9, per_second, tokens })
}

proptest! {
    /// In any time the fleet gets what accrues in it, and one chunk.
    #[test]
    fn grants_in_any_time_are_its_income_and_a_chunk(per_second in rate(), claims in claims()) {
        let mut now = 1_000_000_000;
        let mut reserve = Reserve::new(7, now);
        let mut grants: Vec<(Micros, Grant)> = Vec::new();
        for (pause, process, tokens) in claims {
            now += pause;
            grants.push((now, run(&mut reserve, now, process, per_second, tokens)));
        }
        let per_second = u128::from(per_second);
        for (first, (start, grant)) in grants.iter().enumerate() {
            let chunk = (per_second / u128::from(grant.live)).max(1);
            prop_assert!(u128::from(grant.tokens) <= chunk, "a grant is at most a fair share");
            let mut sum = 0;
            for (end, grant) in &grants[first..] {
                sum += u128::from(grant.tokens);
                // A microsecond is the smallest time there is.
                let income = per_second * (u128::from(end - start) + 1) / 1_000_000;
                prop_assert!(sum <= income + chunk, "{} tokens in {} µs", sum, end - start);
            }
        }
    }

    /// Where a grant accrues more slowly than processes claim, all of the income is granted.
    #[test]
    fn nothing_of_the_income_is_lost(per_second in 20..5_000_u32, size in 1..9_u64, pause in 1..400_000_u64) {
        let share = u64::from(per_second) / size;
        prop_assume!(u64::from(per_second) * pause / 1_000_000 + 1 < share);
        let mut now = 1_000_000_000;
        let mut reserve = Reserve::new(7, now);
        for process in 0..size {
            run(&mut reserve, now, process, per_second, 0);
        }
        let (start, mut sum) = (now, 0);
        for turn in 0..500 {
            now += pause;
            sum += u64::from(run(&mut reserve, now, turn % size, per_second, u32::MAX).tokens);
        }
        let income = u64::from(per_second) * (now - start) / 1_000_000;
        // Each grant takes up to a microsecond longer to accrue.
        let rounding = 1 + u64::from(per_second) * 500 / 1_000_000;
        prop_assert!((income - rounding.min(income)..=income).contains(&sum), "{} of {}", sum, income);
    }

    /// Whatever its clock did, the reserve grants again within three seconds.
    #[test]
    fn clocks_that_are_set_do_not_empty_it(
        per_second in rate(),
        jumps in prop::collection::vec(0..10_000_000_u64, 1..40),
    ) {
        let mut reserve = Reserve::new(7, 5_000_000);
        for now in &jumps {
            run(&mut reserve, *now, 1, per_second, 1);
        }
        let start = jumps[jumps.len() - 1];
        let mut now = start;
        while run(&mut reserve, now, 1, per_second, 1).tokens == 0 {
            now += 1_000 * run(&mut reserve, now, 1, per_second, 0).next.max(1);
            prop_assert!(now - start <= 3_001_000, "nothing after {} µs", now - start);
        }
    }
}
