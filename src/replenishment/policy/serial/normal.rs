//! Normal demand: the recursion as integrals.

use super::super::distribution::root;
use super::super::special;
use super::Serial;

/// Grid points per stage and standard deviation of its lead-time demand, and reach of the normal law in deviations.
const FINENESS: f64 = 24.0;
const REACH: f64 = 9.0;

/// Five-point Gauss–Legendre nodes and weights on (-1, 1).
const NODES: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// A convex function tabulated with its slope; linear beyond its ends.
struct Table {
    low: f64,
    step: f64,
    value: Vec<f64>,
    slope: Vec<f64>,
}

impl Table {
    /// Value and slope by cubic Hermite interpolation.
    fn at(&self, x: f64) -> (f64, f64) {
        let last = self.value.len() - 1;
        let position = (x - self.low) / self.step;
        if position <= 0.0 {
            return (self.value[0] + self.slope[0] * (x - self.low), self.slope[0]);
        }
        if position >= last as f64 {
            let over = x - self.low - last as f64 * self.step;
            return (self.value[last] + self.slope[last] * over, self.slope[last]);
        }
        let k = position as usize;
        let (t, w) = (position - k as f64, self.step);
        let (a, b, da, db) = (self.value[k], self.value[k + 1], self.slope[k] * w, self.slope[k + 1] * w);
        let (c2, c3) = (3.0 * (b - a) - 2.0 * da - db, 2.0 * (a - b) + da + db);
        (a + t * (da + t * (c2 + t * c3)), (da + t * (2.0 * c2 + 3.0 * t * c3)) / w)
    }
}

/// `C̲_{j}`: what a stage's shortage costs the stages in front of it.
enum Induced {
    /// `slope · x⁻`.
    Shortage(f64),
    /// `C(min(level, x))`.
    Capped { table: Table, level: f64, floor: f64 },
}

impl Induced {
    fn kink(&self) -> f64 {
        match self {
            Self::Shortage(_) => 0.0,
            Self::Capped { level, .. } => *level,
        }
    }
    /// Constant beyond the kink.
    fn floor(&self) -> f64 {
        match self {
            Self::Shortage(_) => 0.0,
            Self::Capped { floor, .. } => *floor,
        }
    }
    /// Value and slope at or below the kink.
    fn below(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Shortage(slope) => (-slope * x, -slope),
            Self::Capped { table, .. } => table.at(x),
        }
    }

    /// `E C̲(y - D)` and its slope, `D` normal: constant part by Φ, the rest by quadrature from the kink on.
    fn expected(&self, y: f64, mean: f64, sd: f64) -> (f64, f64) {
        if sd == 0.0 {
            let x = y - mean;
            return if x >= self.kink() { (self.floor(), 0.0) } else { self.below(x) };
        }
        // x = y - mean - sd z lies below the kink when z > start.
        let start = (y - mean - self.kink()) / sd;
        let mut value = self.floor() * special::cumulative(start);
        let mut slope = 0.0;
        let mut low = start.max(-REACH);
        let panels = ((REACH - low) * 4.0).ceil().max(1.0);
        let width = (REACH - low) / panels;
        if low >= REACH {
            return (value, slope);
        }
        for _ in 0..panels as usize {
            for (node, weight) in NODES {
                let z = low + 0.5 * width * (node + 1.0);
                let (c, d) = self.below(y - mean - sd * z);
                let share = 0.5 * width * weight * special::density(z);
                value += share * c;
                slope += share * d;
            }
            low += width;
        }
        (value, slope)
    }
}

/// Echelon levels and cost.
pub fn solve(data: &Serial, mean: f64, sd: f64) -> (Vec<f64>, f64) {
    let mut induced = Induced::Shortage(data.shortage());
    let (mut levels, mut cost) = (Vec::new(), 0.0);
    for stage in &data.stages {
        let (m, s) = (mean * stage.lead, sd * stage.lead.sqrt());
        let h = stage.echelon_holding;
        let own = |y: f64| {
            let (value, slope) = induced.expected(y, m, s);
            (h * (y - m) + value, h + slope)
        };
        let spread = s.max(1e-3 * sd);
        let (mut low, mut high) = (induced.kink() + m - spread, induced.kink() + m + spread);
        while own(low).1 > 0.0 && low > induced.kink() + m - 1e4 * spread {
            low -= spread;
        }
        while own(high).1 < 0.0 {
            high += spread;
        }
        let level = root(low, high, |y| own(y).1);
        cost = own(level).0;
        // Below the level the function is needed as far as the later stages can push it down.
        let reach = REACH * 2.0 * sd * data.stages.iter().map(|t| t.lead).sum::<f64>().sqrt();
        let step = s.max(0.05 * sd * (stage.lead + 0.1).sqrt()) / FINENESS;
        let count = (reach / step).ceil().min(40_000.0) as usize + 1;
        let from = level - step * (count - 1) as f64;
        let (value, slope) = (0..count).map(|k| own(from + step * k as f64)).unzip();
        induced = Induced::Capped { table: Table { low: from, step, value, slope }, level, floor: cost };
        levels.push(level);
    }
    (levels, cost)
}
