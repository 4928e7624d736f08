//! Demand shift: a CUSUM of standardised residuals on both sides, `S = max(0, S ± z - 1/2)`, alarm at `S > h`; `h` such
//! that a false alarm comes once in so many weeks (52 by default).

use super::{Demand, Finding, Level};

/// One week: what was expected and what came.
#[derive(Clone, Copy, Debug)]
pub struct Week {
    /// Forecast.
    pub expected: Demand,
    /// Cars sold or asked for.
    pub observed: f64,
}

/// The limit of a two-sided CUSUM with reference 1/2 for a run length between false alarms, by Siegmund's
/// approximation: one side has `2 (e^b - b - 1)` with `b = h + 1.166`, two sides half of it.
pub fn limit(weeks_between_false_alarms: f64) -> f64 {
    let length = |h: f64| {
        let b = h + 1.166;
        b.exp() - b - 1.0
    };
    let (mut low, mut high) = (0.0, 20.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if length(middle) < weeks_between_false_alarms {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Largest excursions upwards and downwards at the end of the weeks.
pub fn sums(weeks: &[Week]) -> (f64, f64) {
    let step = |(up, down): (f64, f64), w: &Week| {
        let z = (w.observed - w.expected.mean) / w.expected.deviation().max(1e-9);
        ((up + z - 0.5).max(0.0), (down - z - 0.5).max(0.0))
    };
    weeks.iter().fold((0.0, 0.0), step)
}

/// Raises the warning; red at one and a half times the limit. `margin` and `holding` price a car of demand more or
/// fewer for the coming four weeks.
pub fn check(weeks: &[Week], false_alarm_weeks: f64, margin: f64, holding: f64) -> Option<Finding> {
    let h = limit(false_alarm_weeks);
    let (up, down) = sums(weeks);
    let highest = up.max(down);
    if highest <= h {
        return None;
    }
    let recent = &weeks[weeks.len().saturating_sub(4)..];
    let shift = recent.iter().map(|w| w.observed - w.expected.mean).sum::<f64>() / recent.len().max(1) as f64;
    let (word, price) = if up >= down { ("more", margin) } else { ("fewer", holding) };
    Some(Finding {
        level: if highest > 1.5 * h { Level::Red } else { Level::Amber },
        // The chance that a week in control would not have come this far.
        probability: 1.0 - 1.0 / false_alarm_weeks * (h - highest).exp(),
        money: 4.0 * shift.abs() * price,
        lead_weeks: 0.0,
        text: format!("demand has moved: {:.1} cars a week {word} than forecast of late", shift.abs()),
        text_zh: format!("需求偏移：近期每周比预测{}{:.1}辆", if up >= down { "多" } else { "少" }, shift.abs()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::poisson::Ladder;
    use crate::stats::stream::Stream;

    #[test]
    fn false_alarms_come_about_as_rarely_as_asked() {
        let h = limit(52.0);
        assert!((2.7..3.1).contains(&h), "{h}");
        let (poisson, mut stream) = (Ladder::new(), Stream::from_hash(7));
        let (mut runs, mut weeks) = (0, 0);
        while runs < 400 {
            let (mut up, mut down) = (0.0_f64, 0.0_f64);
            loop {
                let z = (f64::from(poisson.draw(25.0, &mut stream)) - 25.0) / 5.0;
                (up, down) = ((up + z - 0.5).max(0.0), (down - z - 0.5).max(0.0));
                weeks += 1;
                if up.max(down) > h {
                    break;
                }
            }
            runs += 1;
        }
        let mean = f64::from(weeks) / f64::from(runs);
        assert!((42.0..62.0).contains(&mean), "{mean}");
    }

    #[test]
    fn a_shift_is_seen_and_steady_weeks_are_not() {
        let expected = Demand { mean: 9.0, dispersion: 0.0 };
        let week = |observed| Week { expected, observed };
        let found = check(&[week(15.0), week(15.0), week(15.0)], 52.0, 100.0, 10.0).unwrap();
        assert!((found.money - 2400.0).abs() < 1e-9 && found.probability > 0.98);
        assert!(check(&[week(9.0), week(11.0), week(8.0)], 52.0, 100.0, 10.0).is_none());
    }
}
