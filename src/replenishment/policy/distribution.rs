use super::{Lattice, irwin_hall, special};

/// Demand of one review interval, ready to be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Normal (negative values are possible, as in the textbook model).
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, above zero.
        sd: f64,
    },
    /// Lognormal.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm, above zero.
        sigma: f64,
    },
    /// Sum of `draws` independent uniform draws.
    Uniforms {
        /// Number of draws.
        draws: u32,
        /// Lower end of one draw.
        low: f64,
        /// Upper end of one draw.
        high: f64,
    },
    /// Whole numbers.
    Whole(Lattice),
    /// Multiples of a step: `step × whole number`.
    Steps {
        /// The step, above zero.
        step: f64,
        /// How many steps.
        count: Lattice,
    },
}

impl Distribution {
    /// Expectation.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Normal { mean, .. } => *mean,
            Self::LogNormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
            Self::Uniforms { draws, low, high } => f64::from(*draws) * 0.5 * (low + high),
            Self::Whole(table) => table.mean(),
            Self::Steps { step, count } => step * count.mean(),
        }
    }

    /// Whether demand, and so the best level, lies on a grid.
    pub fn is_discrete(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Steps { .. })
    }

    /// `P(D <= x)`.
    pub fn cumulative(&self, x: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => special::cumulative((x - mean) / sd),
            Self::LogNormal { mu, sigma } => {
                if x <= 0.0 {
                    0.0
                } else {
                    special::cumulative((x.ln() - mu) / sigma)
                }
            }
            Self::Uniforms { draws, low, high } => {
                irwin_hall::cumulative(*draws, (x - f64::from(*draws) * low) / (high - low))
            }
            Self::Whole(table) => table.cumulative(x.floor() as i64),
            Self::Steps { step, count } => count.cumulative((x / step + 1e-9).floor() as i64),
        }
    }

    /// `E(D - x)⁺`.
    pub fn loss(&self, x: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => sd * special::loss((x - mean) / sd),
            Self::LogNormal { mu, sigma } => {
                if x <= 0.0 {
                    return self.mean() - x;
                }
                // E(D; D > x) = e^{μ+σ²/2} Φ((μ + σ² - ln x)/σ)
                let z = (mu - x.ln()) / sigma;
                (self.mean() * special::cumulative(z + sigma) - x * special::cumulative(z)).max(0.0)
            }
            Self::Uniforms { .. } => (self.excess(x) + self.mean() - x).max(0.0),
            Self::Whole(table) => on_grid(table, x),
            Self::Steps { step, count } => step * on_grid(count, x / step),
        }
    }

    /// `E(x - D)⁺`.
    pub fn excess(&self, x: f64) -> f64 {
        match self {
            Self::Uniforms { draws, low, high } => {
                (high - low) * irwin_hall::excess(*draws, (x - f64::from(*draws) * low) / (high - low))
            }
            _ => (x - self.mean() + self.loss(x)).max(0.0),
        }
    }

    /// Smallest `x` with `P(D <= x) >= p`, for `p` between 0 and 1.
    pub fn quantile(&self, p: f64) -> f64 {
        match self {
            Self::Normal { mean, sd } => mean + sd * special::quantile(p),
            Self::LogNormal { mu, sigma } => (mu + sigma * special::quantile(p)).exp(),
            Self::Uniforms { draws, low, high } => {
                let n = f64::from(*draws);
                root(n * low, n * high, |x| self.cumulative(x) - p)
            }
            Self::Whole(table) => table.quantile(p) as f64,
            Self::Steps { step, count } => step * count.quantile(p) as f64,
        }
    }
}

/// Loss between two grid points is linear.
fn on_grid(table: &Lattice, x: f64) -> f64 {
    let floor = x.floor();
    let share = x - floor;
    let k = floor as i64;
    if share == 0.0 { table.loss(k) } else { (1.0 - share) * table.loss(k) + share * table.loss(k + 1) }
}

/// Root of a rising function between `low` and `high`, to the last bit of the interval.
pub(super) fn root(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
