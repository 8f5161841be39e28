//! `#[retry]` on an `impl` block.

use std::cell::Cell;

use reattempt::{Policy, retry, testing};

use crate::support::{Down, Flaky, run};

const FIVE: u32 = 5;

struct Client {
    op: Flaky,
    policy: Policy,
    log: Vec<u32>,
}

impl Client {
    fn failing(failures: u32) -> Self {
        Client { op: Flaky::failing(failures), policy: Policy::new().max(2), log: Vec::new() }
    }
}

#[retry(max = FIVE, base_ms = 100, jitter = none)]
impl Client {
    const LIMIT: u32 = 4;

    fn get(&self) -> Result<u32, Down> {
        self.op.call()
    }

    fn put(&mut self, value: u32) -> Result<u32, Down> {
        self.log.push(value);
        let call = self.op.call()?;
        Ok(call)
    }

    async fn fetch(&self) -> Result<u32, Down> {
        self.op.call()
    }

    fn later(&self) -> impl Future<Output = Result<u32, Down>> {
        async { self.op.call() }
    }

    #[retry(max = 2)]
    fn twice(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(base = "1s")]
    fn slower(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(max = Self::LIMIT)]
    fn by_constant(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(policy = self.policy)]
    fn by_field(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(skip)]
    fn once(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[reattempt::retry]
    fn optional(&self) -> Option<u32> {
        self.op.call().ok()
    }

    fn optional_left_alone(&self) -> Option<u32> {
        self.op.call().ok()
    }

    fn calls(&self) -> u32 {
        self.op.calls()
    }

    fn nothing(&self) {
        let _ = self.op.call();
    }

    fn reference(&self) -> &Flaky {
        &self.op
    }

    fn text(&self) -> String {
        format!("{:?}", self.op)
    }
}

#[test]
fn every_method_that_can_fail_is_retried() {
    let guard = testing::no_wait();
    assert_eq!(Client::failing(4).get(), Ok(5));
    let mut client = Client::failing(4);
    assert_eq!(client.put(7), Ok(5));
    assert_eq!(client.log, [7; 5]);
    assert_eq!(
        guard.delays().iter().map(std::time::Duration::as_millis).collect::<Vec<_>>(),
        [100, 200, 400, 800].repeat(2)
    );
    assert_eq!(run(Client::failing(4).fetch()), Ok(5));
    assert_eq!(run(Client::failing(4).later()), Ok(5));
}

#[test]
fn a_method_overrides_single_arguments() {
    let guard = testing::no_wait();
    assert_eq!(Client::failing(9).twice(), Err(Down(2)));
    assert_eq!(guard.delays().len(), 1);
    assert_eq!(guard.delays()[0].as_millis(), 100);
    assert_eq!(Client::failing(1).slower(), Ok(2));
    assert_eq!(guard.delays()[1].as_millis(), 1000);
    assert_eq!(Client::failing(9).by_constant(), Err(Down(4)));
    assert_eq!(Client::failing(9).by_field(), Err(Down(5)));
}

#[test]
fn what_cannot_fail_is_left_alone() {
    let client = Client::failing(9);
    assert_eq!(client.once(), Err(Down(1)));
    assert_eq!(client.optional_left_alone(), None);
    client.nothing();
    assert_eq!(client.reference().calls(), client.calls());
    assert_eq!(client.calls(), 3);
    assert!(client.text().contains("Flaky"));
}

#[test]
fn an_option_asks_for_itself() {
    let _guard = testing::no_wait();
    assert_eq!(Client::failing(4).optional(), Some(5));
}

trait Storage<K> {
    type Error;
    const RETRIES: u32;
    fn load(&self, key: K) -> Result<u32, Self::Error>;
}

struct Generic<T, const N: u32>(T);

#[retry(max = N)]
impl<T, const N: u32> Storage<T> for Generic<&Flaky, N> {
    type Error = Down;
    const RETRIES: u32 = { N };

    fn load(&self, _: T) -> Result<u32, Self::Error> {
        self.0.call()
    }
}

#[test]
fn a_trait_impl_with_parameters() {
    let _guard = testing::no_wait();
    let op = Flaky::failing(9);
    assert_eq!(Generic::<_, 4>(&op).load("key"), Err(Down(4)));
    assert_eq!(<Generic<&Flaky, 4> as Storage<u8>>::RETRIES, 4);
}

mod under_conditions {
    use std::cell::Cell;

    use reattempt::retry;
    use reattempt::retry as again;

    pub(super) struct Orders(pub(super) Cell<u32>);

    /// The attempts of one method, as a `Result`, so that the block retries it.
    type Count = Result<u32, u32>;

    impl Orders {
        fn count(&self) -> Count {
            self.0.set(self.0.get() + 1);
            Err(self.0.get())
        }
    }

    #[retry(max = 5, jitter = none)]
    impl Orders {
        #[cfg_attr(all(), retry(skip))]
        pub(super) fn skipped_if_on(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(any(), retry(skip))]
        pub(super) fn skipped_if_off(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), reattempt::retry(max = 2))]
        pub(super) fn overridden_if_on(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(any(), reattempt::retry(max = 2))]
        pub(super) fn overridden_if_off(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), cfg_attr(all(), inline, retry(max = 2)))]
        pub(super) fn nested_on(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), cfg_attr(any(), inline, retry(max = 2)))]
        pub(super) fn nested_off(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(any(), retry(skip))]
        #[cfg_attr(all(), retry(max = 3))]
        #[inline]
        pub(super) fn second_of_two(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), retry(max = 3))]
        #[cfg_attr(any(), retry(skip))]
        pub(super) fn first_of_two(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(any(), retry(max = 3))]
        #[cfg_attr(any(), retry(skip))]
        pub(super) fn none_of_two(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), retry(skip))]
        #[cfg_attr(any(), retry(max = 3))]
        pub(super) fn skipped_before_another(&self) -> Result<u32, u32> {
            self.count()
        }

        #[again(skip)]
        pub(super) fn skipped_by_another_name(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), again(max = 2))]
        pub(super) fn overridden_by_another_name(&self) -> Result<u32, u32> {
            self.count()
        }

        /// Left alone by the block, and retried by its own word, as the block says.
        #[cfg_attr(all(), retry)]
        pub(super) fn option_if_on(&self) -> Option<u32> {
            self.count().ok()
        }

        #[cfg_attr(any(), retry)]
        pub(super) fn option_if_off(&self) -> Option<u32> {
            self.count().ok()
        }

        #[cfg_attr(all(), retry(max = 2))]
        pub(super) async fn asynchronous(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), retry(skip))]
        pub(super) fn alias(&self) -> Count {
            self.count()
        }
    }

    #[again(max = 5, jitter = none)]
    impl Orders {
        #[again(skip)]
        pub(super) fn renamed_skip(&self) -> Result<u32, u32> {
            self.count()
        }

        #[again(max = 2)]
        pub(super) fn renamed_override(&self) -> Result<u32, u32> {
            self.count()
        }

        #[again(name = "count")]
        pub(super) fn renamed_name(&self) -> Result<u32, u32> {
            self.count()
        }

        #[again]
        pub(super) fn renamed_option(&self) -> Option<u32> {
            self.count().ok()
        }

        #[again]
        pub(super) fn renamed_alone(&self) -> Count {
            self.count()
        }

        #[reattempt::retry(skip)]
        pub(super) fn qualified(&self) -> Result<u32, u32> {
            self.count()
        }

        #[cfg_attr(all(), again(skip))]
        pub(super) fn renamed_if_on(&self) -> Result<u32, u32> {
            self.count()
        }
    }

    pub(super) struct Generic<T>(pub(super) Cell<u32>, pub(super) T);

    #[retry(max = Self::MAX, jitter = none)]
    impl<T> Generic<T> {
        const MAX: u32 = 4;

        #[cfg_attr(any(), retry(skip))]
        pub(super) fn inherits(&self) -> Result<&T, u32> {
            self.0.set(self.0.get() + 1);
            Err(self.0.get())
        }
    }
}

#[test]
fn an_attribute_of_a_method_counts_under_a_condition_and_under_another_name() {
    use under_conditions::{Generic, Orders};

    let _guard = testing::no_wait();
    let counts = |expected: u32, call: &dyn Fn(&Orders)| {
        let orders = Orders(Cell::new(0));
        call(&orders);
        assert_eq!(orders.0.get(), expected);
    };
    counts(1, &|o| {
        let _ = o.skipped_if_on();
    });
    counts(5, &|o| {
        let _ = o.skipped_if_off();
    });
    counts(2, &|o| {
        let _ = o.overridden_if_on();
    });
    counts(5, &|o| {
        let _ = o.overridden_if_off();
    });
    counts(2, &|o| {
        let _ = o.nested_on();
    });
    counts(5, &|o| {
        let _ = o.nested_off();
    });
    counts(3, &|o| {
        let _ = o.second_of_two();
    });
    counts(3, &|o| {
        let _ = o.first_of_two();
    });
    counts(5, &|o| {
        let _ = o.none_of_two();
    });
    counts(1, &|o| {
        let _ = o.skipped_before_another();
    });
    counts(1, &|o| {
        let _ = o.skipped_by_another_name();
    });
    counts(2, &|o| {
        let _ = o.overridden_by_another_name();
    });
    counts(5, &|o| {
        let _ = o.option_if_on();
    });
    counts(1, &|o| {
        let _ = o.option_if_off();
    });
    counts(2, &|o| {
        let _ = run(o.asynchronous());
    });
    counts(1, &|o| {
        let _ = o.alias();
    });
    counts(1, &|o| {
        let _ = o.renamed_skip();
    });
    counts(2, &|o| {
        let _ = o.renamed_override();
    });
    counts(5, &|o| {
        let _ = o.renamed_name();
    });
    counts(5, &|o| {
        let _ = o.renamed_option();
    });
    counts(5, &|o| {
        let _ = o.renamed_alone();
    });
    counts(1, &|o| {
        let _ = o.qualified();
    });
    counts(1, &|o| {
        let _ = o.renamed_if_on();
    });
    let generic = Generic(Cell::new(0), "");
    assert_eq!(generic.inherits(), Err(4));
}
