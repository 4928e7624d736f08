//! What working points costs, from which larger studies are planned, and the table that shows it meanwhile.

use crate::study::task::Worked;
use rustix::time::{ClockId, clock_gettime};
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Points worked by this process, and the processor's time in them.
pub(super) struct Effort {
    began: Instant,
    spent: Mutex<(usize, Duration)>,
}

/// The processor's time of all threads of this process.
fn processor() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

impl Effort {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), spent: Mutex::default() }
    }

    /// Seconds since the beginning.
    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Does the work of so many points. Nothing else may work meanwhile.
    pub(super) fn of<T>(&self, points: usize, work: impl FnOnce() -> T) -> T {
        let before = processor();
        let done = work();
        let mut spent = locked(&self.spent);
        *spent = (spent.0 + points, spent.1 + processor().saturating_sub(before));
        done
    }

    /// In words, when anything was worked: the time of one point on one core, and how much of the cores' time since the
    /// beginning went into points.
    pub(super) fn told(&self) -> Option<String> {
        let (points, spent) = *locked(&self.spent);
        let threads = rayon::current_num_threads();
        let (whole, spent) = (self.seconds(), spent.as_secs_f64());
        let share = 100.0 * spent / (whole * threads as f64);
        (points > 0).then(|| {
            format!(
                "{points} points worked in {whole:.1} s: {:.3} s of one core each; points took {share:.1} % of the time of \
                 {threads} cores",
                spent / points as f64
            )
        })
    }
}

/// What a running study shows under its bar.
pub(super) struct Board {
    before: Duration,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    worked: usize,
    without: usize,
    /// Mean yearly profit, and the point's position.
    best: Option<(f64, usize)>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    pub(super) fn new() -> Self {
        Self { before: processor(), seen: Mutex::default() }
    }

    /// Takes in a point; the table with it. `name` says what a point is.
    pub(super) fn add(&self, index: usize, point: &Worked, name: impl Fn(usize) -> String) -> String {
        let mut seen = locked(&self.seen);
        seen.worked += 1;
        seen.without += usize::from(point.no_plan.is_some());
        let mean = point.profit.iter().sum::<f64>() / point.profit.len().max(1) as f64;
        if point.no_plan.is_none() && seen.best.is_none_or(|(profit, at)| (mean, at) > (profit, index)) {
            seen.best = Some((mean, index));
        }
        let each = processor().saturating_sub(self.before).as_secs_f64() / seen.worked as f64;
        let mut text = format!("\n  worked now   {}, {each:.3} s of one core each", seen.worked);
        if seen.without > 0 {
            let _ = write!(text, "; {} without a plan", seen.without);
        }
        if let Some((profit, at)) = seen.best {
            let _ = write!(text, "\n  best so far  {:.3} million a year: {}", profit / 1e6, name(at));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_table_shows_the_best_so_far() {
        let board = Board::new();
        let point = |profit: &[f64]| Worked {
            key: String::new(),
            no_plan: profit.is_empty().then(|| "why".into()),
            figures: BTreeMap::new(),
            profit: profit.to_vec(),
            placement: BTreeMap::new(),
        };
        let name = |at: usize| format!("point {at}");
        board.add(4, &point(&[1e6, 3e6]), name);
        let text = board.add(2, &point(&[2e6, 2e6]), name);
        assert!(
            text.contains("worked now   2, ") && text.ends_with("best so far  2.000 million a year: point 2"),
            "{text}"
        );
        let text = board.add(7, &point(&[]), name);
        assert!(text.contains("; 1 without a plan") && text.ends_with("point 2"), "{text}");
        assert!(board.add(1, &point(&[5e6, 6e6]), name).ends_with("5.500 million a year: point 1"));
    }

    #[test]
    fn only_the_time_in_points_counts() {
        let busy = |seconds: f64| {
            let until = processor() + Duration::from_secs_f64(seconds);
            while processor() < until {}
        };
        let effort = Effort::new();
        assert_eq!(effort.told(), None);
        busy(0.05);
        effort.of(3, || busy(0.05));
        effort.of(2, || busy(0.05));
        let (points, spent) = *locked(&effort.spent);
        assert_eq!(points, 5);
        // Other tests run in this process, so the time is at least that of the work.
        assert!(spent >= Duration::from_millis(100), "{spent:?}");
        assert!(effort.told().unwrap().starts_with("5 points worked in "));
    }
}
