use super::error::{not_negative, positive};
use super::{Distribution, Lattice, PolicyError};
use std::fmt;
use std::str::FromStr;

/// The law of one period's demand, as a planner writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// `normal:mean,sd`
    Normal {
        /// Mean per period.
        mean: f64,
        /// Standard deviation per period.
        sd: f64,
    },
    /// `poisson:mean`
    Poisson {
        /// Mean per period.
        mean: f64,
    },
    /// `negbin:mean,k`: variance `mean + k mean²`.
    NegativeBinomial {
        /// Mean per period.
        mean: f64,
        /// Dispersion.
        k: f64,
    },
    /// `uniform:low,high` (continuous).
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// `lognormal:mu,sigma`
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// `empirical:a,b,…`: each observation with the same weight; `empirical:v=w,…` with weights. Sorted by value.
    Empirical(Vec<(f64, f64)>),
}

impl Law {
    /// Mean of one period.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Normal { mean, .. } | Self::Poisson { mean } | Self::NegativeBinomial { mean, .. } => *mean,
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::LogNormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
            Self::Empirical(points) => points.iter().map(|(v, w)| v * w).sum(),
        }
    }

    /// Variance of one period.
    pub fn variance(&self) -> f64 {
        match self {
            Self::Normal { sd, .. } => sd * sd,
            Self::Poisson { mean } => *mean,
            Self::NegativeBinomial { mean, k } => mean + k * mean * mean,
            Self::Uniform { low, high } => (high - low).powi(2) / 12.0,
            Self::LogNormal { sigma, .. } => self.mean().powi(2) * (sigma * sigma).exp_m1(),
            Self::Empirical(points) => {
                let mean = self.mean();
                points.iter().map(|(v, w)| w * (v - mean).powi(2)).sum()
            }
        }
    }

    /// Demand of one period.
    pub fn one(&self) -> Result<Distribution, PolicyError> {
        self.over(1.0)
    }

    /// Demand of `periods` independent periods (a fraction is allowed where the law divides: normal, Poisson and
    /// negative binomial).
    pub fn over(&self, periods: f64) -> Result<Distribution, PolicyError> {
        not_negative("number of periods", periods)?;
        if periods == 0.0 {
            return Ok(Distribution::Whole(Lattice::certain(0)));
        }
        let whole = || {
            let n = periods.round();
            if (n - periods).abs() < 1e-9 && n <= 1e6 {
                Ok(n as u32)
            } else {
                Err(PolicyError::Unsupported {
                    model: "demand over part of a period",
                    law: self.to_string(),
                    hint: "give a whole number of periods, or use a normal, Poisson or negative binomial demand",
                })
            }
        };
        Ok(match self {
            Self::Normal { mean, sd } => Distribution::Normal { mean: mean * periods, sd: sd * periods.sqrt() },
            Self::Poisson { mean } => Distribution::Whole(Lattice::poisson(mean * periods)?),
            Self::NegativeBinomial { mean, k } => {
                Distribution::Whole(Lattice::negative_binomial(mean * periods, k / periods)?)
            }
            Self::Uniform { low, high } => match whole()? {
                draws if draws <= 2_000 => Distribution::Uniforms { draws, low: *low, high: *high },
                draws => return Err(PolicyError::TooLarge { size: draws as usize, limit: 2_000 }),
            },
            Self::LogNormal { mu, sigma } if whole()? == 1 => Distribution::LogNormal { mu: *mu, sigma: *sigma },
            Self::LogNormal { .. } => {
                return Err(PolicyError::Unsupported {
                    model: "demand over several periods",
                    law: self.to_string(),
                    hint: "sums of lognormal draws have no closed form: use normal:mean,sd or empirical:…",
                });
            }
            Self::Empirical(points) => {
                let (step, table) = grid(points)?;
                let count = table.times(whole()?)?;
                if step == 1.0 { Distribution::Whole(count) } else { Distribution::Steps { step, count } }
            }
        })
    }
}

/// The coarsest decimal grid on which all observations lie, and their table on it.
fn grid(points: &[(f64, f64)]) -> Result<(f64, Lattice), PolicyError> {
    let scale = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6]
        .into_iter()
        .find(|s| points.iter().all(|(v, _)| (v * s - (v * s).round()).abs() < 1e-6))
        .ok_or_else(|| PolicyError::Law {
            text: format!("empirical:{},…", points[0].0),
            why: "the observations have more than six decimals".into(),
        })?;
    let at = |v: f64| (v * scale).round();
    let (first, last) = (at(points[0].0), at(points[points.len() - 1].0));
    if last - first > 4e6 || first.abs() > 1e15 {
        return Err(PolicyError::TooLarge { size: (last - first).min(1e18) as usize, limit: 4_000_000 });
    }
    let mut mass = vec![0.0; (last - first) as usize + 1];
    for &(v, w) in points {
        mass[(at(v) - first) as usize] += w;
    }
    Ok((1.0 / scale, Lattice::new(first as i64, mass)))
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal { mean, sd } => write!(f, "normal:{mean},{sd}"),
            Self::Poisson { mean } => write!(f, "poisson:{mean}"),
            Self::NegativeBinomial { mean, k } => write!(f, "negbin:{mean},{k}"),
            Self::Uniform { low, high } => write!(f, "uniform:{low},{high}"),
            Self::LogNormal { mu, sigma } => write!(f, "lognormal:{mu},{sigma}"),
            Self::Empirical(points) => write!(f, "empirical:({} values)", points.len()),
        }
    }
}

impl FromStr for Law {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let bad = |why: &str| PolicyError::Law { text: text.into(), why: why.into() };
        let (name, rest) = text.split_once(':').ok_or_else(|| bad("there is no `law:` in front of the numbers"))?;
        let name = name.trim().to_ascii_lowercase();
        if name == "empirical" {
            return empirical(text, rest);
        }
        let numbers: Vec<f64> = rest.split(',').map(|n| number(text, n)).collect::<Result<_, _>>()?;
        let law = match (name.as_str(), numbers.as_slice()) {
            ("normal", &[mean, sd]) => Self::Normal { mean, sd: positive("standard deviation", sd)? },
            ("poisson", &[mean]) => Self::Poisson { mean: positive("mean", mean)? },
            ("negbin", &[mean, k]) => {
                Self::NegativeBinomial { mean: positive("mean", mean)?, k: positive("dispersion k", k)? }
            }
            ("uniform", &[low, high]) if low < high => Self::Uniform { low, high },
            ("uniform", &[_, _]) => return Err(bad("the lower end must lie below the upper end")),
            ("lognormal", &[mu, sigma]) => Self::LogNormal { mu, sigma: positive("sigma", sigma)? },
            ("normal" | "poisson" | "negbin" | "uniform" | "lognormal", _) => {
                return Err(bad(&format!("{} numbers are given", numbers.len())));
            }
            _ => return Err(bad(&format!("there is no law called `{name}`"))),
        };
        if law.mean().is_finite() && law.variance().is_finite() {
            Ok(law)
        } else {
            Err(bad("its mean or variance is not a finite number"))
        }
    }
}

fn number(text: &str, piece: &str) -> Result<f64, PolicyError> {
    match piece.trim().parse::<f64>() {
        Ok(v) if v.is_finite() => Ok(v),
        _ => Err(PolicyError::Law { text: text.into(), why: format!("`{}` is not a number", piece.trim()) }),
    }
}

fn empirical(text: &str, rest: &str) -> Result<Law, PolicyError> {
    let bad = |why: &str| PolicyError::Law { text: text.into(), why: why.into() };
    let mut points: Vec<(f64, f64)> = Vec::new();
    for piece in rest.split(',').filter(|p| !p.trim().is_empty()) {
        let (value, weight) = piece.split_once('=').map_or((piece, 1.0.to_string()), |(v, w)| (v, w.to_string()));
        let (value, weight) = (number(text, value)?, number(text, &weight)?);
        if weight < 0.0 {
            return Err(bad("a weight is negative"));
        }
        points.push((value, weight));
    }
    let total: f64 = points.iter().map(|p| p.1).sum();
    if points.is_empty() || total <= 0.0 {
        return Err(bad("it needs at least one observation with a weight above 0"));
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    for point in &mut points {
        point.1 /= total;
    }
    Ok(Law::Empirical(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_are_read_and_written_back() {
        for text in ["normal:50,8", "poisson:20", "negbin:20,0.2", "uniform:0,200", "lognormal:6,0.3"] {
            assert_eq!(text.parse::<Law>().unwrap().to_string(), text);
        }
        assert_eq!("empirical:5,3,5".parse::<Law>().unwrap().mean(), 13.0 / 3.0);
        assert_eq!("empirical:1=0.25,2=0.75".parse::<Law>().unwrap().mean(), 1.75);
    }

    #[test]
    fn wrong_laws_are_refused_with_examples() {
        for text in [
            "normal",
            "normal:50",
            "normal:50,x",
            "normal:5,-1",
            "poisson:0",
            "poisson:NaN",
            "uniform:3,3",
            "gamma:1,2",
            "empirical:",
            "empirical:1=-2",
            "normal:inf,1",
            "lognormal:900,30",
        ] {
            let err = text.parse::<Law>().unwrap_err().to_string();
            assert!(err.contains("normal:50,8") || err.contains("give a"), "{text}: {err}");
        }
    }

    #[test]
    fn sums_over_periods_keep_mean_and_variance() {
        for text in
            ["normal:50,8", "poisson:20", "negbin:20,0.2", "uniform:0,200", "empirical:3,5,5,8", "empirical:.5,.75"]
        {
            let law: Law = text.parse().unwrap();
            let three = law.over(3.0).unwrap();
            assert!((three.mean() - 3.0 * law.mean()).abs() < 1e-9, "{text}");
            // Var = 2 ∫ (E(D - x)⁺ for x above the mean + E(x - D)⁺ below it) dx
            let (mean, reach, n) = (three.mean(), 12.0 * (3.0 * law.variance()).sqrt() + 30.0, 60_000);
            let dx = reach / f64::from(n);
            let var: f64 = (0..n)
                .map(|k| dx * (f64::from(k) + 0.5))
                .map(|x| 2.0 * dx * (three.loss(mean + x) + three.excess(mean - x)))
                .sum();
            assert!((var / (3.0 * law.variance()) - 1.0).abs() < 1e-3, "{text}: {var} {}", 3.0 * law.variance());
        }
    }

    #[test]
    fn quantiles_are_the_smallest_values_with_enough_probability() {
        for text in
            ["normal:50,8", "poisson:20", "negbin:20,0.2", "uniform:0,200", "lognormal:6,0.3", "empirical:3,5.5,8"]
        {
            let d = text.parse::<Law>().unwrap().one().unwrap();
            for p in [0.01, 0.2, 0.5, 0.9, 0.999] {
                let x = d.quantile(p);
                assert!(d.cumulative(x + 1e-7) >= p - 1e-9, "{text} {p}");
                assert!(d.cumulative(x - 1e-6) <= p + 1e-9, "{text} {p}");
            }
        }
    }
}
