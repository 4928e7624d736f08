//! How many of a zone's buyers take this brand, given how strongly its stores pull.
//!
//! Nested logit with the brand's stores in one nest: with summed pull `A` of the open stores, `W` the pull of
//! everything else and dissimilarity `λ`, the brand wins `A^λ / (W + A^λ)` of all buyers, and inside the brand each
//! store wins in proportion to its pull. `λ = 1` is the plain logit, where a new store takes from rivals and own
//! stores alike; a smaller `λ` makes own stores the closer substitutes, and a dense network saturates.
//! Source: Williams 1977; McFadden 1978. Default `λ = 0.4` (correlation 0.6 inside the nest, Murry and Zhou 2020).

/// Share of a zone's buyers that the brand wins.
pub fn captured_share(attraction: f64, rivals: f64, nest: f64) -> f64 {
    if attraction <= 0.0 {
        return 0.0;
    }
    let inclusive = power(attraction, nest);
    inclusive / (rivals + inclusive)
}

/// Derivative of [`captured_share`] in the attraction, for an attraction above zero.
pub fn captured_slope(attraction: f64, rivals: f64, nest: f64) -> f64 {
    let inclusive = power(attraction, nest);
    rivals * nest * inclusive / attraction / ((rivals + inclusive) * (rivals + inclusive))
}

fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 1.0 { base } else { libm::pow(base, exponent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_logit_when_nothing_nests() {
        assert_eq!(captured_share(1.0, 19.0, 1.0), 0.05);
        assert_eq!(captured_share(0.0, 19.0, 0.4), 0.0);
    }

    #[test]
    fn the_slope_is_the_difference_quotient_and_the_share_is_concave() {
        for nest in [0.3, 0.4, 0.7, 1.0] {
            for a in [0.05, 0.5, 2.0, 9.0] {
                let h = 1e-6 * a;
                let quotient = (captured_share(a + h, 7.0, nest) - captured_share(a - h, 7.0, nest)) / (2.0 * h);
                let slope = captured_slope(a, 7.0, nest);
                assert!((quotient / slope - 1.0).abs() < 1e-6, "{nest} {a}");
                let middle = captured_share(1.5 * a, 7.0, nest);
                assert!(middle >= 0.5 * (captured_share(a, 7.0, nest) + captured_share(2.0 * a, 7.0, nest)));
                assert!(middle <= captured_share(a, 7.0, nest) + 0.5 * a * slope + 1e-15, "a tangent lies above");
            }
        }
    }
}
