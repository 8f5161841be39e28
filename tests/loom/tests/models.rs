//! Runs each model.

macro_rules! models {
    ($($module:path: $($name:ident)*;)*) => {$($(
        #[test]
        fn $name() {
            use $module as module;
            module::$name();
        }
    )*)*};
}

models! {
    loom_models::budget::models:
        no_token_is_granted_twice
        no_deposit_is_lost_or_counted_twice
        no_deposit_is_lost_in_a_shard
        no_more_is_granted_than_the_capacity
        no_more_is_saved_than_the_limit
        nothing_too_old_is_granted_after_the_turn
        a_slot_begins_at_one_position_of_all_shards
        what_expires_is_not_granted_again
        a_full_pool_that_is_not_full_any_more_is_not_told_full
        no_reserve_is_spent_twice;
    loom_models::breaker::fleet:
        it_opens_once_if_the_fleet_opens_too
        each_lease_is_a_trial_of_one_phase
        a_trial_that_fails_late_does_not_open_what_the_fleet_has_closed;
    loom_models::breaker::models:
        half_open_it_admits_exactly_its_trials
        the_last_of_the_trials_closes_it
        a_failed_trial_opens_it
        a_trial_given_back_is_one_trial
        a_late_outcome_moves_nothing
        failures_of_all_threads_are_in_a_row
        the_hand_wins
        a_trial_that_may_fail_opens_nothing
        too_many_failed_trials_open_it_once
        the_open_time_doubles_once
        a_late_trial_doubles_nothing
        a_late_failure_moves_no_time
        the_hand_wins_for_a_time
        forced_open_for_a_time_it_admits_exactly_its_trials
        forced_open_for_a_time_it_admits_no_trial_at_once
        forced_open_once_more_it_admits_nobody;
    loom_models::breaker::window::models:
        calls_are_all_counted
        calls_are_all_counted_in_time
        calls_are_all_counted_in_shards
        a_late_writer_spoils_no_later_call
        calls_of_an_earlier_generation_do_not_count
        calls_of_an_earlier_generation_do_not_count_in_time
        a_reader_finds_no_half_of_a_call
        a_reader_finds_no_more_failures_than_calls;
    loom_models::throttle::models:
        every_request_is_counted
        every_request_of_a_new_tenth_is_counted
        a_late_request_does_not_count_in_a_new_tenth
        a_rejection_is_not_forgotten_with_an_older_one
        an_accept_without_the_clock_is_counted_in_its_tenth_or_not_at_all;
}
