//! The equilibrium: a damped fixed point, and dealers answering in turn where that does not settle.

use super::answer::{DealerAnswer, Equilibrium};
use super::problem::Segment;
use super::shares::Scaled;

/// Residual (thousands of money) at which the fixed point ends.
const CLOSE: f64 = 1e-11;
/// Rounds of the fixed point before dealers answer in turn.
const ROUNDS: usize = 2_000;
/// Rounds of dealers answering in turn.
const TURNS: usize = 60;

/// How an equilibrium was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All dealers at once.
    FixedPoint,
    /// Dealers in turn.
    InTurn,
}

/// Where the search starts.
#[derive(Clone, Debug)]
pub enum Start {
    /// Every markup at `1/α`.
    Plain,
    /// At given markups (thousands).
    At(Vec<f64>),
}

/// No prices were found from which nobody moves.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("prices did not settle: the last residual is {0} thousands")]
pub struct NoEquilibrium(pub f64);

/// Finds the equilibrium of a segment without faults.
pub fn solve(segment: &Segment, start: &Start) -> Result<Equilibrium, NoEquilibrium> {
    let scaled = Scaled::new(segment);
    let first = match start {
        Start::Plain => vec![1.0 / segment.alpha; segment.players.len()],
        Start::At(markups) => markups.clone(),
    };
    let mut walk = fixed_point(&scaled, first);
    let mut method = Method::FixedPoint;
    if walk.residual.is_nan() || walk.residual > CLOSE {
        method = Method::InTurn;
        walk = in_turn(&scaled, walk, segment.alpha);
    }
    if walk.residual.is_nan() || walk.residual > 1e-9 {
        return Err(NoEquilibrium(walk.residual));
    }
    let sales = scaled.demand(&walk.markup).sales;
    let dealers = segment.players.iter().zip(&walk.markup).zip(sales).map(|((player, m), sales)| {
        let margin = m - player.cost.pressure;
        DealerAnswer { price: player.cost.marginal() + m, margin, sales, profit: margin * sales }
    });
    Ok(Equilibrium { dealers: dealers.collect(), rounds: walk.rounds, method })
}

struct Walk {
    markup: Vec<f64>,
    residual: f64,
    rounds: usize,
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most })
}

/// `m ← m + θ (wanted(m) − m)`; θ halves when the residual grows.
fn fixed_point(scaled: &Scaled, mut markup: Vec<f64>) -> Walk {
    let (mut theta, mut before, mut residual) = (1.0f64, f64::INFINITY, f64::NAN);
    for rounds in 1..=ROUNDS {
        let wanted = scaled.wanted(&markup);
        residual = distance(&wanted, &markup);
        if residual.is_nan() {
            break;
        }
        if residual <= CLOSE {
            return Walk { markup: wanted, residual, rounds };
        }
        if residual > before {
            theta = (theta / 2.0).max(0.02);
        }
        before = residual;
        markup.iter_mut().zip(&wanted).for_each(|(m, w)| *m += theta * (w - *m));
    }
    Walk { markup, residual, rounds: ROUNDS }
}

/// Each dealer in turn goes where its own condition holds, the others standing still.
fn in_turn(scaled: &Scaled, mut walk: Walk, alpha: f64) -> Walk {
    for m in &mut walk.markup {
        if !m.is_finite() || *m <= 0.0 {
            *m = 1.0 / alpha;
        }
    }
    let near = scaled.near(walk.markup.len());
    for turn in 1..=TURNS {
        for j in 0..walk.markup.len() {
            walk.markup[j] = own_answer(scaled, &walk.markup, j, &near[j]);
        }
        walk.residual = distance(&scaled.wanted(&walk.markup), &walk.markup);
        walk.rounds = ROUNDS + turn;
        if walk.residual <= CLOSE {
            break;
        }
    }
    walk
}

fn own_answer(scaled: &Scaled, markup: &[f64], j: usize, near: &[usize]) -> f64 {
    let mut trial = markup.to_vec();
    let mut short = |m: f64| {
        trial[j] = m;
        scaled.wanted_by(j, near, &trial) - m
    };
    let (mut low, mut high) = (0.0, markup[j].max(1e-3));
    for _ in 0..60 {
        if short(high) < 0.0 {
            break;
        }
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if short(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::competition::ring::Ring;

    #[test]
    fn dealers_in_turn_come_to_the_same_prices_from_anywhere() {
        let ring = Ring { points: 40, pressed: 1, pressure: 0.7, ..Ring::default() };
        let segment = ring.segment();
        let scaled = Scaled::new(&segment);
        let all = fixed_point(&scaled, vec![1.0; 8]).markup;
        for first in [1e-3, 40.0, f64::NAN] {
            let walk = Walk { markup: vec![first; 8], residual: f64::NAN, rounds: 0 };
            let turned = in_turn(&scaled, walk, segment.alpha);
            assert!(turned.residual <= CLOSE && distance(&turned.markup, &all) < 1e-9, "{first}");
        }
    }
}
