//! Pairwise coverage: the pairs of parts that have stood together in a function.

use std::collections::HashSet;

use crate::draw::Draw;
use crate::function::Function;
use crate::grammar::{Edition, Flavour};

/// The number of candidates for each function.
const CANDIDATES: usize = 12;

#[derive(Default)]
pub(crate) struct Coverage {
    pairs: HashSet<(String, String)>,
}

impl Coverage {
    /// Draws candidates and returns the one with the most new pairs.
    pub(crate) fn draw(
        &mut self,
        id: &str,
        edition: Edition,
        flavour: &'static Flavour,
        draw: &mut Draw,
    ) -> Function {
        let candidates = (0..CANDIDATES).map(|_| Function::draw(id.to_owned(), edition, flavour, draw));
        let scored = candidates.map(|candidate| {
            let new = pairs(&candidate).into_iter().filter(|pair| !self.pairs.contains(pair)).count();
            (new, candidate)
        });
        // The first of equals, so that the choice depends on the seed alone.
        let (_, best) = scored
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .expect("there is more than one candidate");
        self.pairs.extend(pairs(&best));
        best
    }

    pub(crate) fn pairs(&self) -> usize {
        self.pairs.len()
    }

    pub(crate) fn parts(&self) -> usize {
        self.pairs.iter().filter(|(one, other)| one == other).count()
    }
}

/// Every pair of a function's parts; a part alone is a pair with itself.
fn pairs(function: &Function) -> Vec<(String, String)> {
    let mut parts = function.parts();
    parts.sort();
    parts.dedup();
    let mut pairs = Vec::new();
    for (i, one) in parts.iter().enumerate() {
        pairs.extend(parts[i..].iter().map(|other| (one.clone(), other.clone())));
    }
    pairs
}
