//! Mutates inputs word by word: bytes changed at random are seldom tokens.

use libfuzzer_sys::fuzzer_mutate;
use rand::rngs::Xoshiro256PlusPlus as Random;
use rand::{RngExt, SeedableRng};

use super::items::{argument, input, item, one_of, piece};
use super::vocabulary::VALUES;

/// Mutates the first `size` bytes of `data` and returns their new number.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::seed_from_u64(seed.into());
    let Ok(text) = str::from_utf8(&data[..size]) else { return fuzzer_mutate(data, size, max_size) };
    let mut mutated = text.to_owned();
    for _ in 0..random.random_range(1..4) {
        mutated = match random.random_range(0..24) {
            0 => return fuzzer_mutate(data, size, max_size),
            1 => input(&mut random),
            2..4 => format!("{} {}", attribute(&mutated), item(&mut random)),
            4..8 => with_argument(&mutated, &mut random),
            8..12 => with_value(&mutated, &mut random),
            _ => with_words(&mutated, &mut random),
        };
    }
    let size = (0..=max_size.min(mutated.len())).rev().find(|&size| mutated.is_char_boundary(size));
    let bytes = &mutated.as_bytes()[..size.unwrap_or(0)];
    data[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

/// Returns the text up to the end of the first attribute.
fn attribute(text: &str) -> &str {
    text.find(")]").map_or("#[retry]", |end| &text[..end + 2])
}

fn with_argument(text: &str, random: &mut Random) -> String {
    let argument = argument(random);
    match text.find(")]") {
        Some(end) if text[..end].ends_with('(') => format!("{}{argument}{}", &text[..end], &text[end..]),
        Some(end) => format!("{}, {argument}{}", &text[..end], &text[end..]),
        None => format!("#[retry({argument})] {text}"),
    }
}

/// Replaces what stands after an `=`.
fn with_value(text: &str, random: &mut Random) -> String {
    let places: Vec<_> = text.match_indices("= ").map(|(at, _)| at + 2).collect();
    if places.is_empty() {
        return with_argument(text, random);
    }
    let start = places[random.random_range(0..places.len())];
    let end = text[start..].find([',', ')']).map_or(text.len(), |length| start + length);
    format!("{}{}{}", &text[..start], one_of(random, VALUES), &text[end..])
}

/// Replaces, removes, inserts or copies some words.
fn with_words(text: &str, random: &mut Random) -> String {
    let places = word_starts(text);
    let mut place = || random.random_range(0..places.len());
    let (first, other) = (place(), place());
    let count = [0, 0, 1, 1, 2, 3, 5, 9][random.random_range(0..8)];
    let last = (first + count).min(places.len() - 1);
    let (start, end) = (places[first], places[last]);
    let new = match random.random_range(0..5) {
        0 => String::new(),
        1 => text[places[other]..places[(other + 3).min(places.len() - 1)]].to_owned(),
        _ => piece(random),
    };
    format!("{} {new} {}", text[..start].trim_end(), text[end..].trim_start())
}

/// Returns where each word begins, and the end of the text.
fn word_starts(text: &str) -> Vec<usize> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = ' ';
    let mut starts = Vec::new();
    for (at, c) in text.char_indices() {
        if !(c.is_whitespace() || is_name(c) && is_name(before)) {
            starts.push(at);
        }
        before = c;
    }
    starts.push(text.len());
    starts
}
