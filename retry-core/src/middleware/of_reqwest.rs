//! The rules for the requests of reqwest, whose client follows redirects within an attempt.

use core::error::Error;

use ::reqwest::{Request, Response, Url};

use super::http::HttpRules;
use super::verdict::Verdict;

impl HttpRules {
    /// Returns the verdict on an attempt. `kept` is `None` if the request cannot be repeated.
    pub(super) fn of_reqwest(
        self,
        kept: Option<&Request>,
        outcome: Result<&Response, &(dyn Error + 'static)>,
    ) -> Verdict {
        let request = kept.map(|request| (request.method(), request.headers()));
        match outcome {
            Ok(response) => {
                let answers_it = || kept.is_none_or(|kept| is_same(kept.url(), response.url()));
                self.of_response(request, response.status(), response.headers(), answers_it)
            }
            Err(error) => self.of_error(request, error),
        }
    }
}

/// Returns whether two addresses are the same to a server.
fn is_same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
        && one.path() == other.path()
        && one.query() == other.query()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_and_a_user_are_not_sent() {
        let url = |text: &str| Url::parse(text).unwrap();
        let one = url("http://example.org/orders?page=1#top");
        for same in ["http://me:secret@example.org/orders?page=1", "http://EXAMPLE.org:80/orders?page=1#end"]
        {
            assert!(is_same(&one, &url(same)), "{same}");
        }
        for other in [
            "https://example.org/orders?page=1",
            "http://example.com/orders?page=1",
            "http://example.org:81/orders?page=1",
            "http://example.org/orders/1?page=1",
            "http://example.org/orders",
        ] {
            assert!(!is_same(&one, &url(other)), "{other}");
        }
    }
}
