//! The order line or transfer of the plan that answers a finding.

use super::Task;
use super::view::View;
use crate::evaluation::monitor::Action;
use crate::ids::{Id, ModelId, SiteId};

impl View<'_> {
    /// What brings cars of a model to a dealer: a transfer, which is there sooner, else its first order line.
    pub fn bringing(&self, site: SiteId, model: ModelId) -> Action {
        let moves = self.moves_in.get(&(site, model)).and_then(|m| m.first());
        let first = || {
            let lines = self.orders.get(&(site, model))?;
            lines.iter().copied().min_by_key(|&k| (self.made.plan.orders[k].arrives, k))
        };
        moves.map(|&k| Action::Move(k)).or_else(|| first().map(Action::OrderLine)).unwrap_or(Action::Decide)
    }

    /// What takes cars of a model away from a dealer.
    pub fn relieving(&self, site: SiteId, model: ModelId) -> Action {
        self.moves_out.get(&(site, model)).and_then(|m| m.first()).map_or(Action::Decide, |&k| Action::Move(k))
    }

    /// The order line of most worth among those that a test lets through.
    pub fn dearest_order(&self, wanted: impl Fn(usize) -> bool) -> Action {
        let lines = &self.made.plan.orders;
        let open = (0..lines.len()).filter(|&k| lines[k].cars > 0 && wanted(k));
        open.max_by(|&a, &b| lines[a].worth.total_cmp(&lines[b].worth).then(b.cmp(&a)))
            .map_or(Action::Decide, Action::OrderLine)
    }

    /// The action in the scenario's ids.
    pub(super) fn task(&self, action: Action) -> Task {
        match action {
            Action::OrderLine(k) => {
                let line = &self.made.plan.orders[k];
                let (site, model) = self.made.cell(line.cell);
                Task::Order { plant: self.made.plants[line.plant], site, model, week: line.week, cars: line.cars }
            }
            Action::Move(k) => {
                let m = &self.moved.plan.moves[k];
                let ((from, model), (to, _)) = (self.moved.cell(m.from), self.moved.cell(m.to));
                let moves = &self.moved.plan.moves;
                let same = moves.iter().filter(|n| (n.from, n.to) == (m.from, m.to));
                let (cars, age_days) = same.fold((0, 0), |t, n| (t.0 + 1, t.1.max(n.age_days)));
                Task::Transfer { from, to, model, cars, age_days }
            }
            Action::Decide => Task::Decide,
        }
    }

    /// Model of an order line.
    pub fn model_of(&self, line: usize) -> ModelId {
        ModelId::at(self.made.problem.data().cells[self.made.plan.orders[line].cell].model)
    }
}
