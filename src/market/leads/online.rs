//! Leads answered one at a time, at prices learnt from those before them.

use super::problem::{Dealer, Group, Problem};
use super::solve::solve;
use crate::flow::FlowError;

/// What the rule did.
#[derive(Clone, Debug, PartialEq)]
pub struct Online {
    /// Dealer of every lead in the order of arrival, or none.
    pub choice: Vec<Option<u32>>,
    /// Worth of the leads, fair parts left out, hundredths.
    pub worth: i64,
    /// How often prices were learnt.
    pub lessons: u32,
}

/// Parts of a lead in which a lesson counts.
const FINE: f64 = 100.0;
/// Leads seen before the first lesson: this part of those expected.
const FIRST_PART: f64 = 0.01;

/// Prices learnt from the first `after` leads, hundredths.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Leads seen.
    pub after: usize,
    /// Price of every dealer.
    pub price: Vec<i64>,
}

/// The prices that hold for the `k`-th lead; none before the first lesson.
pub fn prices_at(lessons: &[Lesson], k: usize) -> Option<&[i64]> {
    let past = lessons.partition_point(|l| l.after <= k);
    past.checked_sub(1).map(|last| lessons[last].price.as_slice())
}

/// What is learnt as leads come: they depend on who came, not on who was given what.
///
/// # Errors
/// As [`solve`].
pub fn lessons(problem: &Problem, arrivals: &[usize], expected: usize) -> Result<Vec<Lesson>, FlowError> {
    let mut seen = vec![0_u32; problem.groups.len()];
    let mut next = ((expected as f64 * FIRST_PART).ceil() as usize).max(20);
    let mut learnt = Vec::new();
    for (k, &l) in arrivals.iter().enumerate() {
        if k == next {
            let price = lesson(problem, &seen, k as f64 / expected.max(k) as f64)?;
            learnt.push(Lesson { after: k, price });
            next *= 2;
        }
        seen[l] += 1;
    }
    Ok(learnt)
}

/// Answers the leads in `arrivals` (positions of groups, in order of arrival) one by one, at prices as they are learnt.
pub fn answer(problem: &Problem, arrivals: &[usize], lessons: &[Lesson]) -> Online {
    let mut room: Vec<u32> = problem.dealers.iter().map(|d| d.capacity).collect();
    let mut made = Online { choice: Vec::with_capacity(arrivals.len()), worth: 0, lessons: lessons.len() as u32 };
    for (k, &l) in arrivals.iter().enumerate() {
        let price = prices_at(lessons, k);
        let free = problem.groups[l].worth.iter().filter(|w| room[w.0 as usize] > 0);
        // The first of equal dealers, which stand in their order.
        let best = free.fold(None, |best: Option<(i64, u32, i64)>, &(d, worth)| {
            let left = worth - price.map_or(0, |p| p[d as usize]);
            if best.is_none_or(|b| left > b.0) { Some((left, d, worth)) } else { best }
        });
        let taken = best.filter(|b| b.0 >= 0);
        if let Some((_, d, worth)) = taken {
            room[d as usize] -= 1;
            made.worth += worth;
        }
        made.choice.push(taken.map(|t| t.1));
    }
    made
}

/// Prices of the programme of the leads seen, with the part of every capacity that is due.
fn lesson(problem: &Problem, seen: &[u32], part: f64) -> Result<Vec<i64>, FlowError> {
    // A little less than the part: prices of a small sample are too low as often as too high, and too low costs more.
    let count: u32 = seen.iter().sum();
    let part = part * (1.0 - 1.0 / f64::from(count.max(4)).sqrt());
    // In hundredths of a lead: a small dealer's part of its capacity is less than one.
    let dealer = |d: &Dealer| Dealer { capacity: (FINE * f64::from(d.capacity) * part).round() as u32, fair: 0 };
    let known: Vec<usize> = (0..seen.len()).filter(|&l| seen[l] > 0).collect();
    let sample = Problem {
        dealers: problem.dealers.iter().map(dealer).collect(),
        groups: known
            .iter()
            .map(|&l| Group { count: seen[l] * FINE as u32, worth: problem.groups[l].worth.clone() })
            .collect(),
        fair_worth: 0,
    };
    Ok(solve(&sample)?.price.into_iter().map(|p| p.max(0)).collect())
}
