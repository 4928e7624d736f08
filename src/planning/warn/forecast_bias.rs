//! Errors of the last weeks' forecast that lie on one side.

use super::Found;
use super::view::View;
use crate::demand::forecast::hindsight::HELD_BACK;
use crate::evaluation::monitor::{Action, Place, Rule, forecast_bias};
use crate::ids::{Id, SiteId};

pub(super) fn find(view: &View, found: &mut Found) {
    let Some(origin) = view.hindsight.as_ref().map(|h| &h.origins[0]) else {
        return found.lack(Rule::ForecastBias, "sales.csv holds fewer than 34 weeks: too few to judge the forecast by");
    };
    let scenario = view.ground.scenario;
    for model in scenario.catalogue.models.ids() {
        let sold = |w: usize| {
            let sites = (0..scenario.network.sites.len()).map(SiteId::at);
            sites.map(|s| f64::from(scenario.history.series(s, model)[origin.kept + w])).sum::<f64>()
        };
        let errors: Vec<f64> = (0..HELD_BACK).map(|w| sold(w) - origin.made.national[model].mean[w]).collect();
        let low = errors.iter().sum::<f64>() > 0.0;
        let cost = if low { view.earned(model) } else { view.month_of_holding(model) };
        let finding = forecast_bias::check(&errors, view.band(Rule::ForecastBias, None, Some(model)), cost);
        let place = Place { model: Some(model.index()), ..Place::default() };
        found.add(Rule::ForecastBias, place, finding, || {
            if low { view.dearest_order(|k| view.model_of(k) == model) } else { Action::Decide }
        });
    }
}
