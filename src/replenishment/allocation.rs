//! How car makers share out short supply, side by side: balanced days of supply, turn and earn, launch mix.
//!
//! Every rule gets the same whole cars and returns whole cars by the method of the largest remainder, so that plans
//! under different rules can be compared. Sources: former allocators and dealers' lawyers on balanced days of supply;
//! the trade press on turn and earn and on GM's launch mix (half by sales, half by area potential).

use super::fairness::water_level;

/// What a rule knows about one dealer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Site {
    /// Sales rate, cars a week (of the last 120 days in the trade's practice).
    pub rate: f64,
    /// Stock and cars on the way.
    pub position: f64,
    /// Potential of the dealer's area in any unit.
    pub potential: f64,
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Equal days of supply as far as the cars go: x = (τ r - P)⁺ with Σ x = Q.
    BalancedDaysOfSupply,
    /// In proportion to sales, whatever stands in stock.
    TurnAndEarn,
    /// For a new model: this share by sales, the rest by area potential.
    LaunchMix {
        /// Share given by sales, 0 to 1 (published: 0.5).
        by_sales: f64,
    },
}

/// Shares of `cars` for each site before rounding; they sum to `cars` unless no site has a claim.
pub fn shares(rule: Rule, sites: &[Site], cars: f64) -> Vec<f64> {
    let part = |of: &dyn Fn(&Site) -> f64| -> Vec<f64> {
        let sum: f64 = sites.iter().map(of).sum();
        sites.iter().map(|s| if sum > 0.0 { cars * of(s) / sum } else { 0.0 }).collect()
    };
    match rule {
        Rule::BalancedDaysOfSupply => {
            let pairs: Vec<_> = sites.iter().map(|s| (s.rate, s.position)).collect();
            let level = water_level(&pairs, cars);
            sites.iter().map(|s| if s.rate > 0.0 { (level * s.rate - s.position).max(0.0) } else { 0.0 }).collect()
        }
        Rule::TurnAndEarn => part(&|s| s.rate),
        Rule::LaunchMix { by_sales } => {
            let sales = part(&|s| s.rate);
            let area = part(&|s| s.potential);
            match (sales.iter().any(|&v| v > 0.0), area.iter().any(|&v| v > 0.0)) {
                (true, true) => sales.iter().zip(area).map(|(s, a)| by_sales * s + (1.0 - by_sales) * a).collect(),
                (true, false) => sales,
                (false, _) => area,
            }
        }
    }
}

/// Whole cars for each site; all of `cars` unless no site has a claim. Equal remainders go to the smaller position
/// in the list first.
pub fn allocate(rule: Rule, sites: &[Site], cars: u32) -> Vec<u32> {
    whole(&shares(rule, sites, f64::from(cars)), cars)
}

/// Largest remainders.
fn whole(shares: &[f64], cars: u32) -> Vec<u32> {
    // The small addition keeps a share of 2.9999999999 from losing its third car to rounding noise.
    let mut given: Vec<u32> = shares.iter().map(|s| (s + 1e-9).floor() as u32).collect();
    let mut order: Vec<usize> = (0..shares.len()).filter(|&k| shares[k] > 0.0).collect();
    let rest = |k: usize| shares[k] - (shares[k] + 1e-9).floor();
    order.sort_by(|&a, &b| rest(b).total_cmp(&rest(a)).then(a.cmp(&b)));
    let left = cars.saturating_sub(given.iter().sum());
    for &k in order.iter().cycle().take(if order.is_empty() { 0 } else { left as usize }) {
        given[k] += 1;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn site(rate: f64, position: f64) -> Site {
        Site { rate, position, potential: 1.0 }
    }

    #[test]
    fn water_finds_its_level() {
        // τ (1 + 2) - (0 + 2) = 10 with the third site above water at 30: τ = 4.
        let sites = [site(1.0, 0.0), site(2.0, 2.0), site(1.0, 30.0)];
        let x = shares(Rule::BalancedDaysOfSupply, &sites, 10.0);
        assert!((x[0] - 4.0).abs() < 1e-12 && (x[1] - 6.0).abs() < 1e-12 && x[2] == 0.0, "{x:?}");
    }

    #[test]
    fn rules_differ_where_they_should() {
        let sites =
            [Site { rate: 3.0, position: 9.0, potential: 1.0 }, Site { rate: 1.0, position: 0.0, potential: 3.0 }];
        assert_eq!(allocate(Rule::TurnAndEarn, &sites, 8), [6, 2]);
        assert_eq!(allocate(Rule::LaunchMix { by_sales: 0.5 }, &sites, 8), [4, 4]);
        // τ = 17/4 weeks: 12.75 - 9 = 3.75 and 4.25.
        assert_eq!(allocate(Rule::BalancedDaysOfSupply, &sites, 8), [4, 4]);
        assert_eq!(allocate(Rule::TurnAndEarn, &[site(0.0, 0.0)], 5), [0]);
    }

    proptest! {
        #[test]
        fn all_cars_are_given_and_cover_is_levelled(
            sites in prop::collection::vec((1..50_u32, 0..60_u32), 1..12), cars in 0..300_u32
        ) {
            let sites: Vec<_> =
                sites.iter().map(|&(r, p)| site(f64::from(r) / 10.0, f64::from(p))).collect();
            for rule in [Rule::BalancedDaysOfSupply, Rule::TurnAndEarn, Rule::LaunchMix { by_sales: 0.5 }] {
                prop_assert_eq!(allocate(rule, &sites, cars).iter().sum::<u32>(), cars);
            }
            // Nobody who gets cars ends with more cover than anybody else.
            let x = shares(Rule::BalancedDaysOfSupply, &sites, f64::from(cars));
            let cover = |k: usize| (sites[k].position + x[k]) / sites[k].rate;
            for i in (0..sites.len()).filter(|&i| x[i] > 1e-9) {
                for j in 0..sites.len() {
                    prop_assert!(cover(i) <= cover(j) + 1e-6);
                }
            }
        }
    }
}
