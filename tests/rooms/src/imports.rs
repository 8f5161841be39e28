//! From paths to files: resolves a name in a module, through any number of re-exports.

use std::collections::{BTreeMap, BTreeSet};

use crate::parse::{Leaf, Mention, Module, ModulePath, Reading};

/// An import of one file by another.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file that imports.
    pub from: usize,
    /// The file that defines the imported item.
    pub to: usize,
    /// The line of the import.
    pub line: usize,
    /// The path as it is written.
    pub path: String,
    /// Whether a front door re-exports from its own room: no import as far as circles go.
    pub is_reexport: bool,
}

/// Finds the imports between the files, by file and line, each path once for a file.
pub(crate) fn find(reading: &Reading) -> Vec<Import> {
    let mut finder = Finder { reading, found: BTreeMap::new() };
    for (path, module) in &reading.modules {
        for leaf in &module.uses {
            finder.add_leaf(path, module, leaf);
        }
        for mention in &module.mentions {
            finder.add_mention(path, module, mention);
        }
    }
    let mut imports: Vec<Import> = finder.found.into_values().collect();
    imports.sort_by(|a, b| (a.from, a.line, &a.path).cmp(&(b.from, b.line, &b.path)));
    imports
}

/// The target of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Module(ModulePath),
    /// A name that this file defines.
    Item(usize),
}

type Seen = BTreeSet<(ModulePath, String)>;

struct Finder<'r> {
    reading: &'r Reading,
    found: BTreeMap<(usize, usize, String, bool), Import>,
}

impl Finder<'_> {
    fn add_leaf(&mut self, path: &ModulePath, module: &Module, leaf: &Leaf) {
        let text = leaf.segments.join("::") + if leaf.name.is_none() { "::*" } else { "" };
        for place in self.reading.resolve(path, &leaf.segments, &mut Seen::new()) {
            let to = match &place {
                // An import through its own front door counts for the file that defines the item.
                Place::Module(target) if leaf.name.is_some() && path.starts_with(target) => continue,
                Place::Module(target) => self.reading.modules[target].file,
                Place::Item(file) => *file,
            };
            self.add(module.file, to, leaf.line, &text, leaf.is_public && self.is_below(to, module.file));
            if let Place::Module(target) = place
                && leaf.name.is_none()
            {
                self.add_glob(module, &target, leaf, &text);
            }
        }
    }

    /// Adds the re-exports of a module, which `*` imports with it.
    fn add_glob(&mut self, module: &Module, target: &ModulePath, leaf: &Leaf, text: &str) {
        for reexport in self.reading.modules[target].uses.iter().filter(|reexport| reexport.is_public) {
            for place in self.reading.resolve(target, &reexport.segments, &mut Seen::new()) {
                if let Place::Item(to) = place {
                    let is_reexport = leaf.is_public && self.is_below(to, module.file);
                    self.add(module.file, to, leaf.line, text, is_reexport);
                }
            }
        }
    }

    fn add_mention(&mut self, path: &ModulePath, module: &Module, mention: &Mention) {
        let head = mention.segments[0].as_str();
        if mention.segments.len() == 1 || !is_rooted(head) {
            let places = self.reading.lookup(path, head, &mut Seen::new());
            let is_module = places.iter().any(|place| matches!(place, Place::Module(_)));
            // A name that a `use` imports has been counted there, unless that is a re-export.
            let is_reexported = !is_module
                && module.uses.iter().any(|leaf| leaf.is_public && leaf.name.as_deref() == Some(head))
                && places
                    .iter()
                    .any(|place| matches!(place, Place::Item(to) if self.is_below(*to, module.file)));
            if !is_reexported && (mention.segments.len() == 1 || !is_module) {
                return;
            }
        }
        for place in self.reading.resolve(path, &mention.segments, &mut Seen::new()) {
            let to = match place {
                Place::Module(target) => self.reading.modules[&target].file,
                Place::Item(file) => file,
            };
            self.add(module.file, to, mention.line, &mention.segments.join("::"), false);
        }
    }

    fn add(&mut self, from: usize, to: usize, line: usize, path: &str, is_reexport: bool) {
        if from == to {
            return;
        }
        let import = Import { from, to, line, path: path.to_owned(), is_reexport };
        let first = self.found.entry((from, to, path.to_owned(), is_reexport)).or_insert(import);
        first.line = first.line.min(line);
    }

    /// Whether the first file is in the folder of the second.
    fn is_below(&self, file: usize, front_door: usize) -> bool {
        file != front_door
            && self.reading.files[file].module.starts_with(&self.reading.files[front_door].module)
    }
}

impl Reading {
    /// Returns the target of a path in a module; nothing if it leads out of the crate.
    fn resolve(&self, from: &ModulePath, segments: &[String], seen: &mut Seen) -> Vec<Place> {
        let mut at = from.clone();
        let mut rest = segments;
        if let [head, tail @ ..] = segments
            && is_rooted(head)
        {
            rest = tail;
            match head.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                _ => {}
            }
            while let [head, tail @ ..] = rest
                && head == "super"
            {
                rest = tail;
                at.pop();
            }
        } else if self.lookup(&at, &segments[0], &mut seen.clone()).is_empty() {
            return Vec::new();
        }
        self.walk(&at, rest, seen)
    }

    fn walk(&self, at: &ModulePath, segments: &[String], seen: &mut Seen) -> Vec<Place> {
        let [name, rest @ ..] = segments else { return vec![Place::Module(at.clone())] };
        let mut places = self.lookup(at, name, seen);
        if places.is_empty() {
            // The name comes out of a macro: the longest prefix that is a module.
            return self.modules.get(at).map(|module| Place::Item(module.file)).into_iter().collect();
        }
        if rest.is_empty() {
            return places;
        }
        // A function and a module may share the name; only one of them goes on.
        if places.iter().any(|place| matches!(place, Place::Module(_))) {
            places.retain(|place| matches!(place, Place::Module(_)));
        }
        let on = |place| match place {
            Place::Module(module) => self.walk(&module, rest, seen),
            item @ Place::Item(_) => vec![item],
        };
        places.into_iter().flat_map(on).collect()
    }

    /// Resolves a name in a module.
    fn lookup(&self, at: &ModulePath, name: &str, seen: &mut Seen) -> Vec<Place> {
        let Some(module) = self.modules.get(at) else { return Vec::new() };
        let mut places = BTreeSet::new();
        let child = [at.as_slice(), &[name.to_owned()]].concat();
        if self.modules.contains_key(&child) {
            places.insert(Place::Module(child));
        }
        if module.items.contains(name) {
            places.insert(Place::Item(module.file));
        }
        if at.is_empty() {
            places.extend(self.macros.get(name).map(|file| Place::Item(*file)));
        }
        if !seen.insert((at.clone(), name.to_owned())) {
            return places.into_iter().collect();
        }
        for leaf in module.uses.iter().filter(|leaf| leaf.name.as_deref() == Some(name)) {
            places.extend(self.resolve(at, &leaf.segments, seen));
        }
        if places.is_empty() {
            for glob in module.uses.iter().filter(|leaf| leaf.name.is_none()) {
                for place in self.resolve(at, &glob.segments, seen) {
                    if let Place::Module(target) = place {
                        places.extend(self.lookup(&target, name, seen));
                    }
                }
            }
        }
        places.into_iter().collect()
    }
}

fn is_rooted(head: &str) -> bool {
    matches!(head, "crate" | "super" | "self")
}
