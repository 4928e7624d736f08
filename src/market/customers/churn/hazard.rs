//! Who is at risk when, and the hazard that adds up.

use super::Spell;

/// A time at which people enter or leave the crowd at risk, seen from the end.
pub(super) struct Moment {
    /// The time.
    pub at: f64,
    /// Rows watched until then: at risk from here back.
    pub enter: Vec<usize>,
    /// Rows watched only after then: at risk no longer.
    pub go: Vec<usize>,
    /// Rows that left then.
    pub left: Vec<usize>,
    /// People at risk.
    pub risk: usize,
}

/// All moments at which somebody leaves or ceases to be watched, the last first. Who is watched from a time on is not at risk at
/// that time itself.
pub(super) fn moments(spells: &[Spell]) -> Vec<Moment> {
    let mut ends: Vec<usize> = (0..spells.len()).collect();
    let mut starts = ends.clone();
    ends.sort_by(|a, b| spells[*b].until.total_cmp(&spells[*a].until).then(a.cmp(b)));
    starts.sort_by(|a, b| spells[*b].from.total_cmp(&spells[*a].from).then(a.cmp(b)));
    let (mut list, mut start, mut risk) = (Vec::new(), 0, 0);
    for same in ends.chunk_by(|a, b| spells[*a].until == spells[*b].until) {
        let at = spells[same[0]].until;
        let from = start;
        start += starts[start..].iter().take_while(|k| spells[**k].from >= at).count();
        let go = starts[from..start].to_vec();
        risk = risk + same.len() - go.len();
        let left = same.iter().copied().filter(|k| spells[*k].left).collect();
        list.push(Moment { at, enter: same.to_vec(), go, left, risk });
    }
    list
}

/// A cumulative hazard that rises in steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazard {
    /// Times, ascending, and what has added up there.
    steps: Vec<(f64, f64)>,
    /// The last time at which anybody was watched.
    end: f64,
}

impl Hazard {
    /// Of people whose hazard is multiplied by `exp(score)` (ties by Efron; Nelson and Aalen's where all scores are 0).
    pub fn new(spells: &[Spell], scores: &[f64]) -> Self {
        let mut steps: Vec<(f64, f64)> = Vec::new();
        let mut weight = 0.0;
        let own = |k: &usize| libm::exp(scores[*k]);
        for m in moments(spells) {
            weight += m.enter.iter().map(own).sum::<f64>() - m.go.iter().map(own).sum::<f64>();
            let gone: f64 = m.left.iter().map(own).sum();
            let n = m.left.len();
            let step: f64 = (0..n).map(|l| 1.0 / (weight - gone * l as f64 / n as f64)).sum();
            if n > 0 {
                steps.push((m.at, step));
            }
        }
        steps.reverse();
        let mut sum = 0.0;
        for s in &mut steps {
            sum += s.1;
            s.1 = sum;
        }
        Self { steps, end: spells.iter().fold(0.0, |end: f64, s| end.max(s.until)) }
    }

    /// Times, ascending, and what has added up there.
    pub fn steps(&self) -> &[(f64, f64)] {
        &self.steps
    }

    /// What has added up until a time.
    pub fn until(&self, time: f64) -> f64 {
        let place = self.steps.partition_point(|s| s.0 <= time);
        if place == 0 { 0.0 } else { self.steps[place - 1].1 }
    }

    /// What adds up after `from` within `ahead`. Beyond the last time that was seen the mean of the last `ahead` of time goes on.
    pub fn within(&self, from: f64, ahead: f64) -> f64 {
        let seen = self.until(from + ahead) - self.until(from);
        let beyond = (from + ahead - self.end).clamp(0.0, ahead);
        let back = ahead.min(self.end);
        let rate = (self.until(self.end) - self.until(self.end - back)) / back;
        seen + rate * beyond
    }

    /// Whether a time lies beyond what was seen.
    pub fn beyond(&self, time: f64) -> bool {
        time > self.end
    }
}

/// Share that is still there at a time (Kaplan and Meier 1958), and its interval of 95 % from Greenwood's variance of
/// `ln(−ln S)` (anything where all or none are there); `None` where nobody is watched until then.
pub fn stays(spells: &[Spell], time: f64) -> Option<(f64, f64, f64)> {
    let (mut share, mut sum) = (1.0, 0.0);
    for m in moments(spells).iter().rev().filter(|m| m.at <= time && !m.left.is_empty()) {
        let (gone, risk) = (m.left.len() as f64, m.risk as f64);
        share *= 1.0 - gone / risk;
        sum += gone / (risk * (risk - gone));
    }
    spells.iter().any(|s| s.until >= time).then(|| {
        if !(share > 0.0 && share < 1.0) {
            return (share, 0.0, 1.0);
        }
        let wide = crate::stats::normal::quantile(0.975) * sum.sqrt() / libm::log(share).abs();
        let bound = |w: f64| libm::pow(share, libm::exp(w));
        (share, bound(wide), bound(-wide))
    })
}
