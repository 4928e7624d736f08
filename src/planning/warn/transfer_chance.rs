//! Cars that are worth more elsewhere: the moves of the transfer plan, each its own answer.

use super::Found;
use super::view::{View, cell};
use crate::evaluation::monitor::{Action, Rule, transfer_chance};

/// Share of agreed trades that take place (trade press: about nine in ten).
const KEPT: f64 = 0.9;

pub(super) fn find(view: &View, found: &mut Found) {
    if view.done {
        return;
    }
    let data = view.moved.problem.data();
    for (k, m) in view.moved.plan.moves.iter().enumerate() {
        let (to, model) = view.moved.cell(m.to);
        let facts = transfer_chance::Facts {
            at_giver: m.loss.major(),
            at_taker: m.gain.major(),
            cost: m.cost.major(),
            lead_days: data.arcs[m.arc].lead_days,
            kept: KEPT,
        };
        found.add(Rule::TransferChance, cell(to, model), transfer_chance::check(&facts), || Action::Move(k));
    }
}
