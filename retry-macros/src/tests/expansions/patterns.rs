//! Differences by the pattern of an argument.

use super::changes;

const TABLE: &str = r"
        #[retry]
        fn behind_a_reference(&(mut a, b): &(u32, u32)) -> Option<u32> {
            a += b;
            get(a)
        }

        #[retry(clone(handle))]
        fn a_name_behind_a_reference(&handle: &Handle) -> Option<u32> {
            get(handle)
        }

        #[retry(clone(a))]
        fn a_reborrow(&mut Pair(ref mut a, b): &mut Pair) -> Option<u32> {
            get(a, b)
        }

        #[retry(clone(a))]
        fn an_exclusive_reference(&mut Pair(a, b): &mut Pair) -> Option<u32> {
            get(a, b)
        }

        #[retry]
        fn in_parentheses((mut n): u32) -> Option<u32> {
            n += 1;
            get(n)
        }

        #[retry(clone(a))]
        fn in_a_struct(Pair(a, b): Pair) -> Option<u32> {
            get(a, b)
        }

        #[retry(clone(a))]
        fn in_a_slice([a, b]: [Handle; 2]) -> Option<u32> {
            get(a, b)
        }

        #[retry(clone(a))]
        fn in_two_cases((Left(a) | Right(a)): Either) -> Option<u32> {
            get(a)
        }

        #[retry]
        fn of_another_length((mut a, b): (u32,)) -> Option<u32> {
            get(a, b)
        }

        #[retry]
        fn around_a_pattern(mut whole @ (a, b): (u32, u32)) -> Option<u32> {
            whole.0 += a;
            get(whole, b)
        }

        #[retry]
        fn an_array(mut a: [u32; 2]) -> Option<u32> {
            a[0] += 1;
            get(a)
        }

        #[retry]
        fn a_pointer(mut a: *const u8, mut f: fn(u32) -> u32) -> Option<u32> {
            a = next(a);
            f = other(f);
            get(a, f)
        }

        #[retry]
        fn used_before_the_attempts(mut n: u32, (mut a, b): (u32, u32)) -> impl Future<Output = Option<u32>> {
            n += b;
            let sum = n;
            async move {
                a += sum;
                get(a).await
            }
        }

        #[retry]
        fn used_by_no_statement(mut n: u32) -> impl Future<Output = Option<u32>> {
            Box::pin(async move {
                n += 1;
                get(n).await
            })
        }


        #[retry(clone(a))]
        fn in_three_cases((Left(a) | Middle(a) | Right(a)): Place) -> Option<u32> {
            get(a)
        }

        #[retry(clone(handle))]
        fn cloned_before_the_attempts(handle: Handle) -> impl Future<Output = Option<u32>> {
            let id = handle.id();
            async move { get(handle, id).await }
        }
";

#[test]
fn the_pattern_of_an_argument() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
