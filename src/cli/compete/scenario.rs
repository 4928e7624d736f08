//! A scenario's stores against each other: today's network beside the plan's.

use super::super::session::{Ended, Input, Session};
use super::super::steps::StepArgs;
use super::super::terminal::{print, say};
use super::super::{ScenarioArg, exit};
use super::{CompeteArgs, certificate_json, certified};
use crate::planning::compete::{Competed, Rivalry, compete};
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub(super) fn run(folder: PathBuf, args: &CompeteArgs) -> Result<u8, Ended> {
    let at = ScenarioArg { scenario: folder, variant: args.variant.clone() };
    let step = StepArgs { at, run: args.run.clone() };
    let input = Input::read(&step)?;
    let Some(alpha) = args.alpha.or_else(|| usual(&input.scenario.currency)) else {
        input.watch.finish();
        say(&format!(
            "forecourt: no usual price weight is known for {}; give one with --alpha",
            input.scenario.currency
        ));
        return Err(exit::BAD_INPUT);
    };
    let mut session = Session::new(&input, false);
    let placement = if let Some(folder) = &args.plan {
        super::super::plans::read(&session, &input, folder)?
    } else {
        session.take_placed()?;
        session.placement.take().expect("a network was taken")
    };
    let made = compete(&session.ground, &placement, alpha, args.pressure).map_err(|e| session.ended(&e))?;
    input.watch.finish();
    Ok(if args.run.json {
        print(&format!("{}\n", as_json(&input.scenario, &made)))
    } else {
        print(&as_text(&input.scenario, &made))
    })
}

/// Murry and Zhou's .35 per thousand dollars; seven yuan a dollar.
fn usual(currency: &str) -> Option<f64> {
    match currency {
        "USD" => Some(0.35),
        "CNY" => Some(0.05),
        _ => None,
    }
}

fn as_text(scenario: &Scenario, made: &Competed) -> String {
    let mut text = format!(
        "descriptive: stores as players of their own at the market model's pulls; it does not enter the simulation\n{:<10}{:>8}{:>12}{:>14}{:>14}{:>18}{:>10}\n",
        "network", "stores", "cars a year", "price", "margin", "profit (million)", "below"
    );
    for (name, r) in [("today", &made.today), ("plan", &made.plan)] {
        let price = r.stores.iter().map(|s| s.price * s.sales).sum::<f64>() / r.sales().max(1e-300);
        text += &format!(
            "{name:<10}{:>8}{:>12.0}{price:>14.0}{:>14.0}{:>18.3}{:>10}\n",
            r.stores.len(),
            r.sales(),
            r.margin(),
            r.profit() / 1e6,
            r.below()
        );
        text += &certified(&r.certificate);
    }
    text += "\nsegments: weight of a thousand, margin at which the pulls hold\n";
    for ((name, alpha), reference) in made.segments.iter().zip(&made.alpha).zip(&made.reference) {
        text += &format!("{name:<24}{alpha:>10.4}{reference:>12.0}\n");
    }
    text += &format!(
        "\n{:<12}{:>12}{:>12}{:>14}{:>12}{:>12}{:>14}\n",
        "store", "cars today", "margin", "profit", "cars plan", "margin", "profit"
    );
    let plan: BTreeMap<_, _> = made.plan.stores.iter().map(|s| (s.site, s)).collect();
    let today: BTreeMap<_, _> = made.today.stores.iter().map(|s| (s.site, s)).collect();
    let sites: std::collections::BTreeSet<_> = plan.keys().chain(today.keys()).copied().collect();
    for site in sites {
        let mut row = format!("{:<12}", scenario.network.sites[site].code);
        for (of, width) in [(&today, [12, 12, 14]), (&plan, [12, 12, 14])] {
            let [a, b, c] = width;
            row += &of.get(&site).map_or_else(
                || format!("{:>a$}{:>b$}{:>c$}", "–", "–", "–"),
                |s| format!("{:>a$.1}{:>b$.0}{:>c$.0}", s.sales, s.margin, s.profit),
            );
        }
        let falls = plan.get(&site).or(today.get(&site)).is_some_and(|s| s.profit < 0.0);
        text += &row;
        text += if falls { "  below survival\n" } else { "\n" };
    }
    text
}

fn as_json(scenario: &Scenario, made: &Competed) -> Value {
    let network = |r: &Rivalry| {
        let stores: Vec<Value> = r
            .stores
            .iter()
            .map(|s| {
                json!({"site": scenario.network.sites[s.site].code, "sales_per_year": s.sales, "price": s.price,
                       "margin": s.margin, "profit": s.profit, "below_survival": s.profit < 0.0,
                       "segments": s.segments})
            })
            .collect();
        json!({"sales_per_year": r.sales(), "margin": r.margin(), "profit": r.profit(), "below_survival": r.below(),
               "certificate": certificate_json(&r.certificate), "stores": stores})
    };
    json!({"descriptive": true, "currency": scenario.currency, "segments": made.segments,
           "alpha_per_thousand": made.alpha, "reference_margin": made.reference,
           "today": network(&made.today), "plan": network(&made.plan)})
}
