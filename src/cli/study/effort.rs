//! What working points cost, from which larger studies are planned.

use rustix::time::{ClockId, clock_gettime};
use std::sync::Mutex;
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
        let mut spent = self.spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *spent = (spent.0 + points, spent.1 + processor().saturating_sub(before));
        done
    }

    /// In words, when anything was worked: the time of one point on one core, and how much of the cores' time since the
    /// beginning went into points.
    pub(super) fn told(&self) -> Option<String> {
        let (points, spent) = *self.spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let (points, spent) = *effort.spent.lock().unwrap();
        assert_eq!(points, 5);
        // Other tests run in this process, so the time is at least that of the work.
        assert!(spent >= Duration::from_millis(100), "{spent:?}");
        assert!(effort.told().unwrap().starts_with("5 points worked in "));
    }
}
