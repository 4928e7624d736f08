//! Sales of the last weeks against the forecast made before them: models in the whole network, and dealers among
//! themselves.

use super::Found;
use super::view::View;
use crate::demand::forecast::hindsight::{HELD_BACK, Origin};
use crate::evaluation::monitor::{Action, Demand, Place, Rule, demand_shift};
use crate::ids::{Id, ModelId, SiteId};

/// Least expected cars a week of a dealer.
const FAINT: f64 = 1.0;

pub(super) fn find(view: &View, found: &mut Found) {
    let Some(origin) = view.hindsight.as_ref().map(|h| &h.origins[0]) else {
        return found.lack(Rule::DemandShift, "sales.csv holds fewer than 34 weeks: too few to judge the forecast by");
    };
    let history = &view.ground.scenario.history;
    let models = view.ground.scenario.catalogue.models.len();
    let sites = view.ground.scenario.network.sites.len();
    let mut sold = vec![[0.0; HELD_BACK]; models];
    for site in (0..sites).map(SiteId::at) {
        for (m, weeks) in sold.iter_mut().enumerate() {
            let series = &history.series(site, ModelId::at(m))[origin.kept..];
            weeks.iter_mut().zip(series).for_each(|(sum, &s)| *sum += f64::from(s));
        }
    }
    for (m, sold) in sold.iter().enumerate() {
        model(view, found, origin, ModelId::at(m), sold);
    }
    for site in view.state.stores() {
        dealer(view, found, origin, site, &sold);
    }
}

/// A model in the whole network; the spread is that of the forecast's own band.
fn model(view: &View, found: &mut Found, origin: &Origin, model: ModelId, sold: &[f64; HELD_BACK]) {
    let path = &origin.made.national[model];
    let week = |w: usize| {
        let mean = path.mean[w];
        let deviation = (path.high[w] - path.low[w]) / (2.0 * 1.645);
        let dispersion = ((deviation * deviation - mean) / (mean * mean).max(1e-9)).max(0.0);
        demand_shift::Week { expected: Demand { mean, dispersion }, observed: sold[w] }
    };
    let weeks: Vec<_> = (0..HELD_BACK).map(week).collect();
    let alarm = view.band(Rule::DemandShift, None, Some(model)).amber;
    let finding = demand_shift::check(&weeks, alarm, view.earned(model), view.month_of_holding(model));
    let more = weeks.iter().map(|w| w.observed - w.expected.mean).sum::<f64>() > 0.0;
    let place = Place { model: Some(model.index()), ..Place::default() };
    found.add(Rule::DemandShift, place, finding, || {
        if more { view.dearest_order(|k| view.model_of(k) == model) } else { Action::Decide }
    });
}

/// A dealer among its peers: its part of what each model sold in the network, so that a wave that lifts all is not
/// taken for its own.
fn dealer(view: &View, found: &mut Found, origin: &Origin, site: SiteId, sold: &[[f64; HELD_BACK]]) {
    let history = &view.ground.scenario.history;
    let spread = view.weekly_spread();
    let week = |w: usize| {
        let (mut mean, mut variance, mut observed) = (0.0, 0.0, 0.0);
        for (m, sold) in sold.iter().enumerate() {
            let model = ModelId::at(m);
            let part = origin.made.share[(site, model)] * sold[w];
            mean += part;
            variance += part * (1.0 + spread.linear) + spread.square * part * part;
            observed += f64::from(history.series(site, model)[origin.kept + w]);
        }
        let dispersion = ((variance - mean) / (mean * mean).max(1e-9)).max(0.0);
        demand_shift::Week { expected: Demand { mean, dispersion }, observed }
    };
    let weeks: Vec<_> = (0..HELD_BACK).map(week).collect();
    if weeks.iter().map(|w| w.expected.mean).sum::<f64>() < FAINT * HELD_BACK as f64 {
        return;
    }
    let models = &view.ground.scenario.catalogue.models;
    let average = |of: &dyn Fn(ModelId) -> f64| models.ids().map(of).sum::<f64>() / models.len() as f64;
    let (earned, holding) = (average(&|m| view.earned(m)), average(&|m| view.month_of_holding(m)));
    let alarm = view.band(Rule::DemandShift, Some(site), None).amber;
    let finding = demand_shift::check(&weeks, alarm, earned, holding);
    let more = weeks.iter().map(|w| w.observed - w.expected.mean).sum::<f64>() > 0.0;
    let place = Place { dealer: Some(site.index()), ..Place::default() };
    found.add(Rule::DemandShift, place, finding, || {
        if more {
            return view.dearest_order(|k| view.made.cell(view.made.plan.orders[k].cell).0 == site);
        }
        models.ids().map(|m| view.relieving(site, m)).find(|a| *a != Action::Decide).unwrap_or(Action::Decide)
    });
}
