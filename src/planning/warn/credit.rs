//! Money in a dealer's stock over the planned weeks against its credit line.

use super::Found;
use super::view::View;
use crate::evaluation::monitor::{Action, Place, Rule, credit};
use crate::ids::{Id, ModelId};

pub(super) fn find(view: &View, found: &mut Found) {
    let (data, plan) = (view.made.problem.data(), &view.made.plan);
    if data.dealers.iter().all(|d| d.credit.is_none()) {
        return found.lack(Rule::Credit, "no dealer has a credit line: fill credit_cny in sites.csv");
    }
    for (d, dealer) in data.dealers.iter().enumerate() {
        let Some(line) = dealer.credit else { continue };
        let cells = view.made.problem.cells_of_dealer(d);
        let money =
            |w: usize| cells.iter().map(|&c| plan.cells[c].stock[w] * view.made.problem.model_of(c).price).sum();
        let used: Vec<f64> = (0..data.weeks).map(money).collect();
        let (mut margin, mut price) = (0.0, 0.0);
        for &c in cells {
            let model = &view.ground.scenario.catalogue.models[ModelId::at(data.cells[c].model)];
            margin += data.cells[c].rate * model.margin.major();
            price += data.cells[c].rate * model.price.major();
        }
        let facts = credit::Facts { used: &used, line, margin_share: if price > 0.0 { margin / price } else { 0.0 } };
        let site = view.made.dealers[d];
        let finding = credit::check(&facts, view.band(Rule::Credit, Some(site), None));
        let place = Place { dealer: Some(site.index()), ..Place::default() };
        found.add(Rule::Credit, place, finding, || {
            // A car that leaves frees its price at once; else the line that ties up most is the one to put off.
            let models = view.ground.scenario.catalogue.models.ids();
            let leaving = models.map(|m| view.relieving(site, m)).find(|a| *a != Action::Decide);
            let tied = |k: &usize| {
                let line = &plan.orders[*k];
                f64::from(line.cars) * view.made.problem.model_of(line.cell).price
            };
            let lines = (0..plan.orders.len())
                .filter(|&k| plan.orders[k].cars > 0 && data.cells[plan.orders[k].cell].dealer == d);
            let most = lines.max_by(|a, b| tied(a).total_cmp(&tied(b)).then(b.cmp(a))).map(Action::OrderLine);
            leaving.or(most).unwrap_or(Action::Decide)
        });
    }
}
