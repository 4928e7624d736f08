//! Slack induction by string removals (Christiaens & Vanden Berghe 2020): neighbouring routes lose a string each.

use super::ground::NONE;
use super::state::{State, inner};
use super::tuning::Tuning;
use crate::stats::stream::Stream;

/// Scratch memory of the ruin.
#[derive(Default)]
pub(super) struct Ruin {
    string: Vec<u32>,
    ruined: Vec<u32>,
}

impl Ruin {
    /// Removes strings around a random request.
    pub(super) fn run(&mut self, state: &mut State<'_>, tuning: &Tuning, dice: &mut Stream) {
        let ground = state.ground;
        let served = ground.requests() - state.absent.len();
        let vehicles = state.vehicles().max(1);
        let nodes = served * if ground.paired { 2 } else { 1 };
        let average = nodes as f64 / vehicles as f64;
        let longest = tuning.string.min(average).max(1.0);
        let most = 4.0 * tuning.removed / (1.0 + longest) - 1.0;
        let strings = (1.0 + dice.unit() * most.max(0.0)).floor() as usize;
        self.ruined.clear();
        let seed = dice.below(ground.requests() as u64) as usize;
        let centre = if dice.below(2) == 0 { ground.first[seed] } else { ground.last[seed] };
        for &node in &ground.near[centre as usize] {
            if self.ruined.len() >= strings {
                break;
            }
            let slot = state.route_of[ground.request[node as usize] as usize];
            if slot == NONE || self.ruined.contains(&slot) {
                continue;
            }
            self.ruined.push(slot);
            self.string(state, slot as usize, node, longest, tuning, dice);
            state.remove(slot as usize, &self.string);
        }
    }

    /// Chooses the requests of a string of a route around a node.
    fn string(&mut self, state: &State<'_>, slot: usize, node: u32, longest: f64, tuning: &Tuning, dice: &mut Stream) {
        let visits = inner(&state.routes[slot].nodes);
        let limit = longest.min(visits.len() as f64);
        let length = ((1.0 + dice.unit() * limit).floor() as usize).min(visits.len());
        let mut kept = 0;
        if length > 1 && length < visits.len() && dice.unit() < tuning.split {
            kept = 1;
            while length + kept < visits.len() && dice.unit() < tuning.middle {
                kept += 1;
            }
        }
        let at = visits.iter().position(|&v| v == node).unwrap_or(0);
        let whole = length + kept;
        let (low, high) = ((at + 1).saturating_sub(whole), at.min(visits.len() - whole));
        let start = low + dice.below((high - low + 1) as u64) as usize;
        let gap = if kept > 0 { start + 1 + dice.below((length - 1) as u64) as usize } else { 0 };
        self.string.clear();
        for (i, &v) in visits.iter().enumerate().skip(start).take(whole) {
            if kept > 0 && (gap..gap + kept).contains(&i) {
                continue;
            }
            let request = state.ground.request[v as usize];
            if !state.ground.paired || !self.string.contains(&request) {
                self.string.push(request);
            }
        }
    }
}
