//! Keyed random numbers: a draw depends on what it is for and on nothing else.
//!
//! Every stream starts from `(seed, purpose, three numbers that name the entity)`, so a table can be drawn in any order
//! and by any number of threads, and a new table shifts no old one. The generator is SplitMix64 (Steele, Lea and Flood
//! 2014); the samplers use whole numbers, the four operations and the `libm` crate only, so the same key gives the same
//! value on every machine.

/// What a draw is for: streams of different purposes never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Registrations of a zone.
    Registrations = 1,
    /// Strength of the rivals of a zone.
    Rivals,
    /// Costs and size of a dealer.
    Dealer,
    /// Place and costs of a candidate.
    Candidate,
    /// Life cycle of a model.
    LifeCycle,
    /// What a province likes.
    Taste,
    /// What a dealer's customers like.
    Preference,
    /// Which models a small store shows.
    Assortment,
    /// National factor of a month.
    National,
    /// Factor of a model in a month.
    Model,
    /// Factor of a province in a month.
    Province,
    /// Factor of a model in a province in a month.
    Cell,
    /// Cars sold in a week.
    Sales,
    /// Unsold cars.
    Stock,
    /// Age of one unsold car.
    Age,
    /// Cars under way.
    InTransit,
    /// Which plants build a model, and how much.
    Supply,
    /// A customer: when she bought, how often she comes, when she leaves.
    Customer,
    /// A lead: where it comes from, what it asks for, when.
    Lead,
    /// Who answers leads at a dealer.
    Adviser,
    /// A dealer's month.
    Channel,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64: every input bit moves every output bit.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    state: u64,
}

impl Stream {
    /// The stream of an entity: three numbers name it (a position, a model, a week …).
    pub(crate) fn new(seed: u64, purpose: Purpose, entity: [usize; 3]) -> Self {
        let start = mix(seed ^ mix(GOLDEN.wrapping_mul(purpose as u64)));
        let state = entity.iter().fold(start, |s, &e| mix(s.wrapping_add(GOLDEN) ^ (e as u64)));
        Self { state }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform on the open interval (0, 1): the middle of one of 2^52 equal cells.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / 4_503_599_627_370_496.0
    }

    /// Uniform between two numbers.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform on 0, …, n − 1 (n > 0) by multiply and shift.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Standard normal, by the cosine half of Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.uniform())
    }

    /// Lognormal with mean 1: `exp(sd·z − sd²/2)`.
    pub(crate) fn lognormal(&mut self, sd: f64) -> f64 {
        libm::exp(sd * self.normal() - 0.5 * sd * sd)
    }

    /// Gamma with mean 1 and variance `k ≤ 1`, by Marsaglia and Tsang (2000).
    pub(crate) fn gamma(&mut self, k: f64) -> f64 {
        let d = 1.0 / k - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let z = self.normal();
            let v = 1.0 + c * z;
            let v = v * v * v;
            if v > 0.0 && libm::log(self.uniform()) < 0.5 * z * z + d - d * v + d * libm::log(v) {
                return d * v * k;
            }
        }
    }

    /// Negative binomial with this mean and variance `mean + k·mean²`, by inversion of
    /// `P(x+1) = P(x) · (x + 1/k) / (x + 1) · kμ / (1 + kμ)`, `P(0) = (1 + kμ)^(−1/k)`.
    pub(crate) fn negative_binomial(&mut self, mean: f64, k: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        let (r, q) = (1.0 / k, k * mean / (1.0 + k * mean));
        let mut p = libm::exp(-r * libm::log1p(k * mean));
        let (u, mut below, mut x) = (self.uniform(), p, 0_u32);
        while u >= below && x < 60_000 {
            p *= (f64::from(x) + r) / (f64::from(x) + 1.0) * q;
            below += p;
            x += 1;
            if p < 1e-18 && f64::from(x) > mean {
                break;
            }
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(n: usize, mut draw: impl FnMut(usize) -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..n).map(&mut draw).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1) as f64)
    }

    #[test]
    fn splitmix64_gives_the_published_numbers() {
        // First outputs of SplitMix64 from state 1234567, as printed with the reference source.
        let mut stream = Stream { state: 1_234_567 };
        assert_eq!(stream.bits(), 6_457_827_717_110_365_317);
        assert_eq!(stream.bits(), 3_203_168_211_198_807_973);
        assert_eq!(stream.bits(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn streams_of_neighbours_are_apart() {
        let first = |p, e| Stream::new(1, p, e).bits();
        let all = [
            first(Purpose::Sales, [0, 0, 1]),
            first(Purpose::Sales, [0, 1, 0]),
            first(Purpose::Sales, [1, 0, 0]),
            first(Purpose::Stock, [0, 0, 1]),
            Stream::new(2, Purpose::Sales, [0, 0, 1]).bits(),
        ];
        for i in 0..all.len() {
            assert!(all[i + 1..].iter().all(|b| *b != all[i]));
        }
    }

    #[test]
    fn samplers_have_their_moments() {
        let n = 200_000;
        let stream = |i| Stream::new(7, Purpose::Sales, [i, 3, 5]);
        let (mean, var) = moments(n, |i| stream(i).uniform());
        assert!((mean - 0.5).abs() < 0.003 && (var - 1.0 / 12.0).abs() < 0.001, "{mean} {var}");
        let (mean, var) = moments(n, |i| stream(i).normal());
        assert!(mean.abs() < 0.01 && (var - 1.0).abs() < 0.02, "{mean} {var}");
        let (mean, var) = moments(n, |i| stream(i).lognormal(0.2));
        assert!((mean - 1.0).abs() < 0.003 && (var / libm::expm1(0.04) - 1.0).abs() < 0.03, "{mean} {var}");
        let (mean, var) = moments(n, |i| stream(i).gamma(0.3));
        assert!((mean - 1.0).abs() < 0.006 && (var - 0.3).abs() < 0.01, "{mean} {var}");
        for (mu, k) in [(0.05, 0.3), (0.8, 0.3), (9.0, 0.15), (40.0, 0.05)] {
            let (mean, var) = moments(n, |i| f64::from(stream(i).negative_binomial(mu, k)));
            let want = mu + k * mu * mu;
            assert!((mean / mu - 1.0).abs() < 0.03 && (var / want - 1.0).abs() < 0.04, "{mu} {k}: {mean} {var}");
        }
    }

    #[test]
    fn below_covers_its_range_evenly() {
        let mut counts = [0_u32; 7];
        let mut stream = Stream::new(3, Purpose::Age, [0, 0, 0]);
        for _ in 0..70_000 {
            counts[stream.below(7)] += 1;
        }
        assert!(counts.iter().all(|c| (9_500..10_500).contains(c)), "{counts:?}");
    }
}
