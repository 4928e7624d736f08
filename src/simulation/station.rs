//! A stocking point as a queue in continuous time: where formulas are exact, the draws and estimators of this program are
//! held against them.

use crate::stats::normal;
use crate::stats::poisson::gamma_factor;
use crate::stats::stream::{Key, Purpose, Stream};
use libm::log;

/// Law of a service or lead time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Always the mean.
    Deterministic(f64),
    /// Exponential with a mean.
    Exponential(f64),
    /// Gamma with a mean and a squared coefficient of variation.
    Gamma(f64, f64),
}

impl Law {
    fn draw(self, stream: &mut Stream) -> f64 {
        match self {
            Self::Deterministic(mean) => mean,
            Self::Exponential(mean) => -mean * log(stream.unit()),
            Self::Gamma(mean, square) => mean * gamma_factor(square, stream),
        }
    }
}

/// What is counted after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Share of customers who wait, or who are lost where nobody waits.
    pub delayed: f64,
    /// Customers waiting on time average (Little's law: rate × mean wait).
    pub waiting: f64,
}

/// Poisson customers of rate `rate`; replication numbers tell independent runs apart.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    /// Customers per unit of time.
    pub rate: f64,
    /// Customers before counting begins.
    pub warm_up: u32,
    /// Customers counted.
    pub count: u32,
    /// Seed of all draws.
    pub seed: u64,
}

impl Station {
    fn stream(&self, replication: u32) -> Stream {
        Key { seed: self.seed, purpose: Purpose::Station, replication, entity: 0, day: 0 }.stream()
    }

    fn seen(&self, replication: u32, mut serve: impl FnMut(f64, &mut Stream) -> f64) -> Seen {
        let mut stream = self.stream(replication);
        let (mut time, mut delayed, mut wait) = (0.0, 0u32, 0.0);
        for k in 0..self.warm_up + self.count {
            time -= log(stream.unit()) / self.rate;
            let w = serve(time, &mut stream);
            if k >= self.warm_up && w > 0.0 {
                delayed += 1;
                wait += w;
            }
        }
        let n = f64::from(self.count);
        Seen { delayed: f64::from(delayed) / n, waiting: self.rate * wait / n }
    }

    /// First come, first served by `servers`.
    pub fn queue(&self, servers: usize, service: Law, replication: u32) -> Seen {
        let mut free = vec![0.0f64; servers];
        self.seen(replication, |now, stream| {
            let first = earliest(&free);
            let start = free[first].max(now);
            free[first] = start + service.draw(stream);
            start - now
        })
    }

    /// Who finds all servers busy is lost: base stock `servers` with lost sales, the service being the lead time.
    pub fn loss(&self, servers: usize, lead: Law, replication: u32) -> Seen {
        let mut free = vec![0.0f64; servers];
        self.seen(replication, |now, stream| {
            let first = earliest(&free);
            if free[first] > now {
                return 1.0;
            }
            free[first] = now + lead.draw(stream);
            0.0
        })
    }

    /// (r, Q) with backorders and a fixed lead time; base stock S is (S − 1, 1). Customer `k` takes the k-th car; car
    /// `r + Q + j` was ordered with the demand number `Q ⌈j / Q⌉`.
    pub fn reorder(&self, point: u32, batch: u32, lead: f64, replication: u32) -> Seen {
        let mut times: Vec<f64> = Vec::new();
        self.seen(replication, |now, _| {
            times.push(now);
            let car = times.len();
            let start = (point + batch) as usize;
            if car <= start {
                return 0.0;
            }
            let ordered = (car - start).div_ceil(batch as usize) * batch as usize;
            (times[ordered - 1] + lead - now).max(0.0)
        })
    }
}

fn earliest(free: &[f64]) -> usize {
    (1..free.len()).fold(0, |best, k| if free[k] < free[best] { k } else { best })
}

/// The half-width, in standard deviations of the mean, at which `rows` simultaneous comparisons keep the error of one
/// comparison at three.
pub fn three_sigma(rows: u32) -> f64 {
    let single = 2.0 * normal::cumulative(-3.0);
    -normal::quantile(single / f64::from(rows) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::of_floats;

    const ROWS: u32 = 16;

    /// A hundred replications of ten thousand customers each against the exact value.
    fn holds(name: &str, exact: f64, run: impl Fn(u32) -> f64) {
        let values: Vec<f64> = (0..100).map(run).collect();
        let i = of_floats(&values, 0.95);
        let sigma = i.half / crate::stats::special::student_two_sided(0.95, 99.0);
        let off = (i.mean - exact) / sigma;
        assert!(off.abs() < three_sigma(ROWS), "{name}: {} against {exact}, {off:.2} σ", i.mean);
        // The comparison could fail: it sees a deviation of a tenth.
        assert!(0.1 * exact > 3.0 * sigma, "{name} is too loose: {sigma}");
    }

    fn station(rate: f64) -> Station {
        Station { rate, warm_up: 3000, count: 10_000, seed: 1 }
    }

    #[test]
    fn queues_have_their_lengths() {
        let exponential = Law::Exponential(1.0);
        holds("M/M/1 Lq", 3.2, |r| station(0.8).queue(1, exponential, r).waiting);
        holds("M/M/3 C", 4.0 / 9.0, |r| station(2.0).queue(3, exponential, r).delayed);
        holds("M/M/3 Lq", 8.0 / 9.0, |r| station(2.0).queue(3, exponential, r).waiting);
        holds("M/M/10 C", 0.409_180_150_8, |r| station(8.0).queue(10, exponential, r).delayed);
        holds("M/D/1 Lq", 1.6, |r| station(0.8).queue(1, Law::Deterministic(1.0), r).waiting);
    }

    #[test]
    fn erlang_loss_holds_whatever_the_lead_time_law() {
        for lead in [Law::Deterministic(1.0), Law::Exponential(1.0), Law::Gamma(1.0, 0.5)] {
            holds("B(5, 5)", 0.284_867_821, |r| station(5.0).loss(5, lead, r).delayed);
            holds("B(8, 5)", 0.070_047_852_2, |r| station(5.0).loss(8, lead, r).delayed);
        }
        holds("B(10, 7)", 0.078_740_883, |r| station(7.0).loss(10, Law::Exponential(1.0), r).delayed);
    }

    #[test]
    fn stocking_points_have_their_fill_and_backorders() {
        holds("fill", 1.0 - 0.866_628_325_9, |r| station(5.0).reorder(7, 1, 1.0, r).delayed);
        holds("EBO", 0.122_109_292_6, |r| station(5.0).reorder(7, 1, 1.0, r).waiting);
        holds("(R,Q) ready rate", 1.0 - 0.950_672_963_3, |r| station(5.0).reorder(6, 10, 1.0, r).delayed);
        holds("(R,Q) EBO", 0.046_679_115_8, |r| station(5.0).reorder(6, 10, 1.0, r).waiting);
    }
}
