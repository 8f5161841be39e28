//! Tests marks of `#[derive(Retryable)]`.

use super::check;

#[test]
fn after_names_a_field() {
    check(
        r#"
        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = 0, delegate)]
                        ^^^^^ `after` contradicts `delegate`, which asks the wrapped error; keep one of the two
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = Duration::from_secs(1))]
                                        ^ expected `,`
                                ^^^^^^^^ there is no field `Duration`; there are `wait`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after)]
                        ^^^^^ `after` names the field with the wait; write `after = field`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = wait)]
                                ^^^^ there is no field `wait`; there are `0`
            Busy(std::time::Duration),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = 0)]
                                ^ there is no field `0`; there are `wait`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        #[retryable(after = wait)]
                    ^^^^^ an enum is marked variant by variant; move the mark to the variants
        enum Failed {
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after(wait))]
                        ^^^^^ `after` names the field with the wait; write `after = field`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = "wait")]
                                ^^^^^^ `"wait"` is no field; write `after = wait`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = wait, after = queue)]
                                      ^^^^^ `after` is given twice; keep one of the two
            Busy { wait: std::time::Duration, queue: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = delay)]
                                ^^^^^ there is no field `delay`; there are `wait`, `queue`
            Busy { wait: std::time::Duration, queue: u32 },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = 1)]
                                ^ there is no field `1`; there are `0`
            Busy(std::time::Duration),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = )]
                        ^^^^^ `after` names the field with the wait; write `after = field`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = wait)]
                                ^^^^ there is no field `wait`, nor any other; write `#[retryable]`
            Busy,
        }
        "#,
    );
}

#[test]
fn delegate_asks_the_one_field() {
    check(
        r"
        #[derive(Retryable)]
        enum Failed {
            #[retryable(delegate)]
                        ^^^^^^^^ `delegate` asks the one error that is wrapped, and there are 2 fields; implement `Retryable` by hand
            Io(std::io::Error, String),
        }

        #[derive(Retryable)]
        #[retryable(delegate)]
                    ^^^^^^^^ an enum is marked variant by variant; move the mark to the variants
        enum Failed {
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(delegate, delegate)]
                                  ^^^^^^^^ `delegate` is given twice; keep one of the two
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(delegate = source)]
                                 ^ expected `,`
            Io { source: std::io::Error },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(delegate)]
                        ^^^^^^^^ `delegate` asks the one error that is wrapped, and there are 0 fields; implement `Retryable` by hand
            Io,
        }
        ",
    );
}

#[test]
fn crate_is_a_path() {
    check(
        r#"
        #[derive(Retryable)]
        enum Failed {
            #[retryable(crate = reattempt)]
                        ^^^^^ `crate` is no mark; write `after = field` or `delegate`
            Busy,
        }

        #[derive(Retryable)]
        #[retryable(crate = "reattempt")]
                            ^^^^^^^^^^^ expected identifier
        enum Failed {
            #[retryable]
            Busy,
        }

        #[derive(Retryable)]
        #[retryable(crate = reattempt, crate = ::reattempt)]
                                       ^^^^^ `crate` is given twice; keep one of the two
        struct Failed;

        #[derive(Retryable)]
        #[retryable(crate)]
                         ^ expected `=`
        enum Failed {
            #[retryable]
            Busy,
        }
        "#,
    );
}

#[test]
fn a_mark_is_in_its_place_and_given_once() {
    check(
        r"
        #[derive(Retryable)]
        enum Failed {
            #[retryable(after = wait delegate)]
                                     ^^^^^^^^ expected `,`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable()]
              ^^^^^^^^^ the parentheses are empty; write `#[retryable]`
            Busy,
        }

        #[derive(Retryable)]
        #[retryable]
          ^^^^^^^^^ an enum is marked variant by variant; move the mark to the variants
        enum Failed {
            Busy,
        }

        #[derive(Retryable)]
        struct Failed(#[retryable(delegate)] std::io::Error);
                        ^^^^^^^^^ `#[retryable]` marks a variant, not a field; write `#[retryable(after = field)]` above the variant

        #[derive(Retryable)]
        enum Failed {
            Busy {
                #[retryable(after)]
                  ^^^^^^^^^ `#[retryable]` marks a variant, not a field; write `#[retryable(after = field)]` above the variant
                wait: std::time::Duration,
            },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable]
            #[retryable(delegate)]
              ^^^^^^^^^ `#[retryable]` is given twice; keep one of the two
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        union Failed {
        ^^^^^ a union does not know what it holds; implement `Retryable` by hand
            code: u32,
            bytes: [u8; 4],
        }
        ",
    );
}

#[test]
fn a_mark_is_known() {
    check(
        r#"
        #[derive(Retryable)]
        enum Failed {
            #[retryable(false)]
                        ^^^^^ `false` is no mark; remove the mark, an unmarked variant is permanent
            Busy,
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(retry_after = wait)]
                        ^^^^^^^^^^^ `retry_after` is no mark; write `after = field`
            Busy { wait: std::time::Duration },
            #[retryable(transparent)]
                        ^^^^^^^^^^^ `transparent` is no mark; write `delegate`
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable = true]
                          ^^^^ `true` is no mark; write `#[retryable]`
            Busy,
            #[retryable(true)]
                        ^^^^ `true` is no mark; write `#[retryable]`
            Down,
            #[retryable(false)]
                        ^^^^^ `false` is no mark; remove the mark, an unmarked variant is permanent
            Forbidden,
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(affter = wait)]
                        ^^^^^^ `affter` is no mark; write `after = field` or `delegate`
            Busy { wait: std::time::Duration },
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(delegated)]
                        ^^^^^^^^^ `delegated` is no mark; write `after = field` or `delegate`
            Io(std::io::Error),
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(5)]
                        ^ `5` is no mark; write `after = field` or `delegate`
            Busy,
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable = "x"]
                          ^^^ `"x"` is no mark; write `#[retryable]`, `#[retryable(after = field)]` or `#[retryable(delegate)]`
            Busy,
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(always)]
                        ^^^^^^ `always` is no mark; write `after = field` or `delegate`
            Busy,
            #[retryable(after = delay)]
                                ^^^^^ there is no field `delay`; there are `wait`
            Throttled { wait: std::time::Duration },
            #[retryable(delegate)]
                        ^^^^^^^^ `delegate` asks the one error that is wrapped, and there are 0 fields; implement `Retryable` by hand
            Io,
        }

        #[derive(Retryable)]
        enum Failed {
            #[retryable(always)]
                        ^^^^^^ `always` is no mark; write `after = field` or `delegate`
            Busy,
        }
        "#,
    );
}

#[test]
fn a_mark_has_no_value_and_names_a_field_without_quotes() {
    check(
        r#"
        #[derive(Retryable)]
        #[retryable = "false"]
                      ^^^^^^^ `"false"` is no mark; write `#[retryable]`, `#[retryable(after = field)]` or `#[retryable(delegate)]`
        struct A(Io);

        #[derive(Retryable)]
        #[retryable = false]
                      ^^^^^ `false` is no mark; remove the mark, an unmarked variant is permanent
        struct A(Io);

        #[derive(Retryable)]
        #[retryable = true]
                      ^^^^ `true` is no mark; write `#[retryable]`
        struct A(Io);

        #[derive(Retryable)]
        #[retryable(after = "0")]
                            ^^^ `"0"` is no field; write `after = 0`
        struct A(Io);

        #[derive(Retryable)]
        #[retryable(after = "b")]
                            ^^^ there is no field `"b"`; there are `0`
        struct A(Io);
        "#,
    );
}
