/// How good warnings with probabilities were, once it is known what came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Mean squared difference of probability and outcome.
    pub brier: f64,
    /// Mean distance of forecast and observed frequency over ten bins of probability, weighted by their size.
    pub reliability_error: f64,
    /// Share of warnings that came true.
    pub precision: f64,
    /// Share of troubles that were warned of.
    pub recall: f64,
}

/// Scores `(probability, came true)` pairs; a warning is a probability above the threshold.
pub fn score(cases: &[(f64, bool)], threshold: f64) -> Score {
    const BINS: usize = 10;
    let (mut brier, mut bins) = (0.0, [(0.0, 0.0, 0.0); BINS]);
    let (mut raised, mut right, mut troubles) = (0.0, 0.0, 0.0);
    for &(p, came) in cases {
        let outcome = f64::from(u8::from(came));
        brier += (p - outcome) * (p - outcome);
        let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
        (bin.0, bin.1, bin.2) = (bin.0 + 1.0, bin.1 + p, bin.2 + outcome);
        troubles += outcome;
        if p > threshold {
            raised += 1.0;
            right += outcome;
        }
    }
    let count = (cases.len() as f64).max(1.0);
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    Score {
        brier: brier / count,
        reliability_error: bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / count,
        precision: share(right, raised),
        recall: share(right, troubles),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honest_forecaster() {
        let mut cases = vec![(0.25, false); 75];
        cases.extend(vec![(0.25, true); 25]);
        cases.extend(vec![(0.9, true); 9]);
        cases.push((0.9, false));
        let s = score(&cases, 0.5);
        assert!(s.reliability_error < 1e-12);
        assert!((s.precision - 0.9).abs() < 1e-12 && (s.recall - 9.0 / 34.0).abs() < 1e-12);
        assert!((s.brier - (75.0 * 0.0625 + 25.0 * 0.5625 + 9.0 * 0.01 + 0.81) / 110.0).abs() < 1e-12);
    }
}
