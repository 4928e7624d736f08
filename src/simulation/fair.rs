//! Sharing what is short so that days of supply become equal.
//!
//! Find τ with Σ min(q_d, max(0, τ r_d − P_d)) = Q; then x_d is that summand, rounded by largest remainder.

/// One who asks for cars.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ask {
    /// `P`: inventory position in cars.
    pub position: f64,
    /// `r`: sales rate in cars a day.
    pub rate: f64,
    /// `q`: most cars wanted.
    pub most: u32,
    /// `x`: cars granted.
    pub got: u32,
}

impl Ask {
    fn level(&self, tau: f64) -> f64 {
        (tau * self.rate - self.position).clamp(0.0, f64::from(self.most))
    }
}

/// Grants `total` cars, or all that is asked if that is less. Ties go to the earlier entry.
pub(super) fn share(total: u64, asks: &mut [Ask]) {
    let wanted: u64 = asks.iter().map(|a| u64::from(a.most)).sum();
    if wanted <= total {
        for ask in asks.iter_mut() {
            ask.got = ask.most;
        }
        return;
    }
    let rated: u64 = asks.iter().filter(|a| a.rate > 0.0).map(|a| u64::from(a.most)).sum();
    if rated <= total {
        // Who sells nothing comes last, in order.
        let mut left = total - rated;
        for ask in asks.iter_mut() {
            ask.got = if ask.rate > 0.0 { ask.most } else { u64::from(ask.most).min(left) as u32 };
            if ask.rate <= 0.0 {
                left -= u64::from(ask.got);
            }
        }
        return;
    }
    let tau = level(total as f64, asks);
    round(total, asks, |a| if a.rate > 0.0 { a.level(tau) } else { 0.0 });
}

/// Grants `total` cars in proportion to the rates (equally when all are 0), by largest remainder.
pub(super) fn proportional(total: u64, asks: &mut [Ask]) {
    let rates: f64 = asks.iter().map(|a| a.rate).sum();
    let even = total as f64 / asks.len().max(1) as f64;
    round(total, asks, |a| if rates > 0.0 { total as f64 * a.rate / rates } else { even });
}

/// The τ of the formula, by Newton steps inside a shrinking bracket (the left side is piecewise linear and rising),
/// from where it would be if nobody were at an end.
fn level(total: f64, asks: &[Ask]) -> f64 {
    let rated = || asks.iter().filter(|a| a.rate > 0.0);
    let mut low = rated().map(|a| a.position / a.rate).fold(f64::INFINITY, f64::min);
    let mut high = rated().map(|a| (a.position + f64::from(a.most)) / a.rate).fold(f64::NEG_INFINITY, f64::max);
    let (positions, rates) = rated().fold((0.0, 0.0), |(p, r), a| (p + a.position, r + a.rate));
    let mut tau = ((total + positions) / rates).clamp(low, high);
    for _ in 0..100 {
        let (mut sum, mut slope) = (0.0, 0.0);
        for a in rated() {
            let (x, most) = (tau * a.rate - a.position, f64::from(a.most));
            sum += x.clamp(0.0, most);
            slope += if x > 0.0 && x < most { a.rate } else { 0.0 };
        }
        if (sum - total).abs() <= 1e-9 * total.max(1.0) {
            break;
        }
        if sum < total {
            low = tau;
        } else {
            high = tau;
        }
        let newton = tau + (total - sum) / slope;
        tau = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
    }
    tau
}

/// Whole cars: floors first, then one more in order of falling remainder, never above `most`.
fn round(total: u64, asks: &mut [Ask], exact: impl Fn(&Ask) -> f64) {
    let mut left = total;
    for ask in asks.iter_mut() {
        ask.got = u64::from(exact(ask) as u32).min(left) as u32;
        left -= u64::from(ask.got);
    }
    if left == 0 {
        return;
    }
    let mut order: Vec<(f64, usize)> = asks
        .iter()
        .enumerate()
        .filter(|(_, a)| a.got < a.most)
        .map(|(k, a)| (exact(a) - f64::from(a.got), k))
        .collect();
    let by_remainder = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if (left as usize) < order.len() {
        // One car each to the first few: they need not be in order among themselves.
        order.select_nth_unstable_by(left as usize, by_remainder);
    } else {
        order.sort_unstable_by(by_remainder);
    }
    while left > 0 && !order.is_empty() {
        for &(_, k) in order.iter().take(left as usize) {
            asks[k].got += 1;
        }
        left -= left.min(order.len() as u64);
        order.retain(|&(_, k)| asks[k].got < asks[k].most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(rows: &[(f64, f64, u32)]) -> Vec<Ask> {
        rows.iter().map(|&(position, rate, most)| Ask { position, rate, most, got: 0 }).collect()
    }
    fn got(a: &[Ask]) -> Vec<u32> {
        a.iter().map(|a| a.got).collect()
    }

    #[test]
    fn three_dealers_by_hand() {
        // Rates 1, 2, 1 and positions 10, 10, 50: 20 cars lift the first two to τ = 40/3: 10/3 and 50/3.
        let mut a = asks(&[(10.0, 1.0, 99), (10.0, 2.0, 99), (50.0, 1.0, 99)]);
        share(20, &mut a);
        assert_eq!(got(&a), [3, 17, 0]);
        // A cap of 12 on the second leaves 8 for the first.
        let mut a = asks(&[(10.0, 1.0, 99), (10.0, 2.0, 12), (50.0, 1.0, 99)]);
        share(20, &mut a);
        assert_eq!(got(&a), [8, 12, 0]);
    }

    #[test]
    fn all_is_granted_when_there_is_enough_and_idle_dealers_come_last() {
        let mut a = asks(&[(0.0, 0.0, 5), (0.0, 1.0, 4)]);
        share(100, &mut a);
        assert_eq!(got(&a), [5, 4]);
        share(6, &mut a);
        assert_eq!(got(&a), [2, 4]);
    }

    #[test]
    fn shares_follow_rates() {
        let mut a = asks(&[(0.0, 1.0, 9), (0.0, 1.0, 9), (0.0, 2.0, 9)]);
        proportional(7, &mut a);
        assert_eq!(got(&a), [2, 2, 3]);
    }

    #[test]
    fn nothing_is_lost_or_invented() {
        let mut stream = crate::stats::stream::Stream::from_hash(4);
        for _ in 0..2000 {
            let n = 1 + stream.below(12) as usize;
            let mut a: Vec<Ask> = (0..n)
                .map(|_| Ask {
                    position: stream.below(30) as f64 - 5.0,
                    rate: stream.below(4) as f64 * 0.13,
                    most: stream.below(20) as u32,
                    got: 0,
                })
                .collect();
            let wanted: u64 = a.iter().map(|a| u64::from(a.most)).sum();
            let total = stream.below(120);
            share(total, &mut a);
            assert_eq!(a.iter().map(|a| u64::from(a.got)).sum::<u64>(), total.min(wanted));
            assert!(a.iter().all(|a| a.got <= a.most));
        }
    }
}
