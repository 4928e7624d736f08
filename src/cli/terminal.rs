//! Bars on a terminal, plain lines elsewhere; output that survives a closed pipe.

use crate::progress::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Instant;

/// Writes to stdout. A reader that went away is no fault of ours.
pub(super) fn print(text: &str) -> u8 {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => super::exit::CANNOT_WRITE,
        _ => super::exit::DONE,
    }
}

/// Runs a command that writes to stdout and stderr itself. A reader that went away is no fault of ours.
pub(super) fn written(command: impl FnOnce(&mut dyn Write, &mut dyn Write) -> std::io::Result<u8>) -> u8 {
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    match command(&mut out, &mut err).and_then(|code| out.flush().map(|()| code)) {
        Ok(code) => code,
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => super::exit::DONE,
        Err(_) => super::exit::CANNOT_WRITE,
    }
}

/// Writes a line to stderr, if anybody listens.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Shows stages and steps on stderr.
pub(super) struct Terminal {
    quiet: bool,
    fancy: bool,
    state: Mutex<State>,
}

struct State {
    bar: Option<ProgressBar>,
    stage: Option<(String, Instant)>,
}

impl Terminal {
    pub(super) fn new(quiet: bool) -> Self {
        let fancy = !quiet && std::io::stderr().is_terminal();
        Self { quiet, fancy, state: Mutex::new(State { bar: None, stage: None }) }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Writes a line to stderr, unless quiet was asked for.
    pub(super) fn tell(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Ends the current stage.
    pub(super) fn finish(&self) {
        let mut state = self.locked();
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        if let Some((name, began)) = state.stage.take() {
            self.tell(&format!("{name:<10} {:>8.2} s", began.elapsed().as_secs_f64()));
        }
    }
}

impl Observer for Terminal {
    fn stage(&self, name: &str, steps: u64) {
        let same = self.locked().stage.as_ref().is_some_and(|s| s.0 == name);
        if !same {
            self.finish();
        }
        let mut state = self.locked();
        if !same {
            state.stage = Some((name.to_owned(), Instant::now()));
        }
        if self.fancy {
            if let Some(bar) = state.bar.take() {
                bar.finish_and_clear();
            }
            let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
            let template = if steps == 0 {
                "{prefix:<10} {spinner} {elapsed} {msg}"
            } else {
                "{prefix:<10} [{bar:30}] {pos}/{len} {elapsed}, about {eta} left {msg}"
            };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            state.bar = Some(bar);
        }
    }

    fn advance(&self, steps: u64) {
        if let Some(bar) = &self.locked().bar {
            bar.inc(steps);
        }
    }

    fn note(&self, text: &str) {
        if let Some(bar) = &self.locked().bar {
            bar.set_message(text.to_owned());
        }
    }
}
