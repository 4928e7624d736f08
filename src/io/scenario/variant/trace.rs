//! Where the lines of a patched text come from, so that faults are told where the user can mend them.

use crate::io::fault::Fault;
use crate::io::scenario::log::line_and_column;
use crate::io::scenario::source::Source;
use std::collections::HashMap;

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// Line of the file, from 1; 0 for a line that a patch has added.
    pub line: u32,
    /// Byte of the variant at which the patch stands that has made the line.
    pub patch: Option<usize>,
}

/// The lines of the patched texts by file.
#[derive(Clone, Debug)]
pub(in crate::io::scenario) struct Traces {
    variant: usize,
    lines: HashMap<usize, Vec<Origin>>,
}

impl Traces {
    pub(super) fn new(variant: usize) -> Self {
        Self { variant, lines: HashMap::new() }
    }

    /// The lines of a file before it is patched (again).
    pub(super) fn of(&self, file: usize, text: &str) -> Vec<Origin> {
        let fresh = || (1..=text.lines().count() as u32 + 1).map(|line| Origin { line, patch: None }).collect();
        self.lines.get(&file).cloned().unwrap_or_else(fresh)
    }

    pub(super) fn put(&mut self, file: usize, lines: Vec<Origin>) {
        self.lines.insert(file, lines);
    }

    /// Tells a fault of a patched text where it can be mended.
    pub(in crate::io::scenario) fn translate(&self, sources: &[Source], fault: &mut Fault) {
        let Some(file) = sources.iter().position(|s| s.label == fault.file) else { return };
        let origin = self.lines.get(&file).and_then(|l| l.get((fault.line as usize).checked_sub(1)?));
        match origin {
            Some(Origin { line, patch: None }) => fault.line = *line,
            Some(Origin { line, patch: Some(at) }) => {
                let there = if *line > 0 { format!("{}:{line}", fault.file) } else { fault.file.clone() };
                fault.cause = format!("{} (in {there} as patched)", fault.cause);
                fault.file.clone_from(&sources[self.variant].label);
                (fault.line, fault.column) = line_and_column(&sources[self.variant].text, *at);
            }
            None => {}
        }
    }
}
